import { CsvError, parse } from 'csv-parse/sync';
import { didYouMean, type FileProblem } from '../../yaml/file-problem.ts';
import type { YamlSource } from '../../yaml/yaml-source.ts';
import { columnOf, columns } from './csv-columns.ts';
import { sourceAtLine } from './source-at-line.ts';

/** Reads a table in commas: the first row names fields of a case, such as `ask` and `expect.takenBy`; empty cells say nothing. */
export function readCsvCases(file: string, text: string): (YamlSource | FileProblem)[] {
  const fail = (line: number, message: string): FileProblem => ({ file, line, message, severity: 'error' });
  const [head, ...rows] = parseRows(text);
  if (!head) return [];
  if ('why' in head) return [fail(head.line, head.why)];
  const names = head.cells.map((name) => name.trim());
  const wrong = names.flatMap((name, at) => whyNoColumn(name, names.indexOf(name) < at));
  if (wrong.length > 0) return wrong.map((message) => fail(head.line, message));
  return rows.map((row) => ('why' in row ? fail(row.line, row.why) : readRow(file, row, names)));
}

type Row = { line: number; cells: string[] } | { line: number; why: string };

/** Up to the first row that is none: what comes after it cannot be told apart. */
function parseRows(text: string): Row[] {
  const rows: Row[] = [];
  let width: number | undefined;
  let read = 0;
  const keep = (cells: string[], { lines }: { lines: number }) => {
    const line = lines - cells.reduce((count, cell) => count + cell.split('\n').length - 1, 0);
    width ??= cells.length;
    const why = `This row has ${cells.length} cells where the first has ${width}: put texts with commas in quotes.`;
    rows.push(cells.length === width ? { line, cells } : { line, why });
    read = lines;
    return null;
  };
  try {
    const oneMark = text.replace(/\r\n?/g, '\n'); // lines are counted right with one mark at their ends alone
    parse(oneMark, { relax_column_count: true, skip_empty_lines: true, on_record: keep });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    rows.push(whyNoRow(error, read + 1));
  }
  return rows;
}

function whyNoRow({ code, message, lines }: CsvError, next: number): Row {
  if (code === 'CSV_QUOTE_NOT_CLOSED')
    return { line: next, why: 'A quotation mark opens here or below and does not close.' };
  return { line: Number(lines ?? next), why: `This is not CSV: ${message}.` };
}

function whyNoColumn(name: string, twice: boolean): string[] {
  if (twice) return [`The column "${name}" stands here twice.`];
  if (columnOf(name)) return [];
  const known = Object.keys(columns);
  return [`A column "${name}" is not known.${didYouMean(name, known) || ` Known are: ${known.join(', ')}.`}`];
}

function readRow(file: string, { line, cells }: { line: number; cells: string[] }, names: string[]) {
  const data: Record<string, unknown> = {};
  for (const [at, name] of names.entries()) {
    const cell = cells[at]?.trim() ?? '';
    if (cell === '') continue;
    const value = columnOf(name)?.(cell);
    if (value === undefined) {
      const message = `${name}: this cell is not JSON: ${cell.slice(0, 40)}`;
      return { file, line, message, severity: 'error' as const };
    }
    put(data, name.split('.'), value);
  }
  return sourceAtLine(file, line, data);
}

function put(into: Record<string, unknown>, [key = '', ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    into[key] = value;
    return;
  }
  const inner = (into[key] ?? {}) as Record<string, unknown>; // only maps were put here
  into[key] = inner;
  put(inner, rest, value);
}
