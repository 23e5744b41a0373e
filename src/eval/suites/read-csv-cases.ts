import { CsvError, parse } from 'csv-parse/sync';
import { didYouMean, type FileProblem } from '../../yaml/file-problem.ts';
import type { YamlSource } from '../../yaml/yaml-source.ts';
import { columnOf, columns } from './csv-columns.ts';
import { sourceAtLine } from './source-at-line.ts';

/**
 * Reads a table in commas: the first row names fields of a case, such as `ask` and `expect.takenBy`. Empty cells say nothing, save those of an
 * expectation: a reference that was forgotten is a problem, and `-` says that nothing is expected there.
 */
export function readCsvCases(file: string, text: string): (YamlSource | FileProblem)[] {
  const fail = (line: number, message: string): FileProblem => ({ file, line, message, severity: 'error' });
  const [head, ...rows] = parseRows(text);
  if (!head) return [];
  if ('why' in head) return [fail(head.line, head.why)];
  const names = head.cells.map((name) => name.trim());
  const wrong = names.flatMap((name, at) => whyNoColumn(name, names.indexOf(name) < at));
  if (wrong.length > 0) return wrong.map((message) => fail(head.line, message));
  return rows.flatMap((row) => ('why' in row ? fail(row.line, row.why) : readRow(file, row, names)));
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

/** The case of a row, or all that is wrong with its cells. */
function readRow(
  file: string,
  { line, cells }: { line: number; cells: string[] },
  names: string[],
): YamlSource | FileProblem[] {
  const data: Record<string, unknown> = {};
  const problems: FileProblem[] = [];
  for (const [at, name] of names.entries()) {
    const cell = cells[at]?.trim() ?? '';
    const read = readCell(name, cell);
    if ('why' in read) problems.push({ file, line, message: `${name}: ${read.why}`, severity: 'error' });
    else if (read.value !== undefined) put(data, name.split('.'), read.value);
  }
  return problems.length > 0 ? problems : sourceAtLine(file, line, data);
}

function readCell(name: string, cell: string): { value?: unknown } | { why: string } {
  const isExpectation = name.startsWith('expect.');
  if (cell === '' && isExpectation)
    return { why: 'this cell is empty: write what is expected, or - for nothing.' };
  if (cell === '' || (cell === '-' && isExpectation)) return {};
  const value = columnOf(name)?.(cell);
  return value === undefined ? { why: `this cell is not JSON: ${cell.slice(0, 40)}` } : { value };
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
