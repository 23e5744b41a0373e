import type { Json } from '../message.ts';
import type { SqlResult } from './run-select.ts';

/** What a model reads of a result; a program may have all of it. */
const charactersToShow = 8_000;

/** As many rows of a result as a model is shown, and a note when there are more than these. */
export function showResult({ columns, rows, rowCount, truncated }: SqlResult): Json {
  const shown: Json[] = [];
  let left = charactersToShow;
  for (const row of rows) {
    left -= JSON.stringify(row).length;
    if (left < 0) break;
    shown.push(row);
  }
  if (shown.length === rowCount && !truncated) return { columns, rows: shown, rowCount };
  const total = truncated ? `more than ${rowCount}` : String(rowCount);
  const note = `These are the first ${shown.length} of ${total} rows. Count, group or limit to see what matters.`;
  return { columns, rows: shown, rowCount, truncated: note };
}
