import type { Json } from '../message.ts';
import { printable } from '../printable.ts';
import type { SqlResult } from '../sql/run-select.ts';

const widest = 40;

/** A result as a table for a terminal. */
export function formatTable({ columns, rows, rowCount, truncated, milliseconds, cost }: SqlResult): string {
  const cells = [columns, ...rows.map((row) => row.map(show))].map((row) => row.map(shorten));
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => row[index]?.length ?? 0)));
  const lines = cells.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
  const more = truncated ? `, cut off by the limit of ${truncated}` : '';
  const end = `(${rowCount} ${rowCount === 1 ? 'row' : 'rows'}${more}; ${milliseconds} ms; cost ${Math.round(cost)})`;
  return `${[...lines, end].join('\n')}\n`;
}

function show(value: Json): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function shorten(text: string): string {
  const line = printable(text.replaceAll(/\s+/g, ' '));
  return line.length > widest ? `${line.slice(0, widest - 1)}…` : line;
}
