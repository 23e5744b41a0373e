import { parse } from 'csv-parse/sync';
import { DocumentError } from '../document-error.ts';
import type { ReadFacts, Reading } from '../reader.ts';
import type { DecodedText } from './decode-text.ts';
import { findDelimiter } from './find-delimiter.ts';
import { listRows } from './list-rows.ts';

/** Reads a table in text, whatever separates its cells. Rows may have different lengths and quotes may be wrong. */
export function readCsv({ text, charset }: DecodedText, { list, limits }: Reading): ReadFacts {
  const delimiter = findDelimiter(text) ?? ',';
  const rows: string[][] = [];
  let cells = 0;
  parse(text, {
    delimiter,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: recordCharacters,
    on_record: (row: string[]) => {
      cells += row.length;
      if (row.length > limits.columns)
        throw new DocumentError('too-large', `It has more than ${limits.columns} columns.`);
      if (cells > limits.cells)
        throw new DocumentError('too-large', `It has more than ${limits.cells} cells.`);
      rows.push(row);
      return null;
    },
  });
  listRows(rows, list);
  return { metadata: { charset, delimiter } };
}

/** Of one row: what is longer has a quote that is never closed. */
const recordCharacters = 2_000_000;
