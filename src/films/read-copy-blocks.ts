import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CallerError } from '../errors.ts';

/** One row of a `COPY … FROM stdin` block, with the place that it was read from. */
export interface CopiedRow {
  table: string;
  columns: string[];
  /** As text, one a column, null for `\N`. */
  values: (string | null)[];
  file: string;
  line: number;
}

const copyBegins = /^COPY\s+(?:\S+\.)?(\S+)\s*\((.*)\)\s+FROM\s+stdin;\s*$/i;
const copyEnds = '\\.';

/**
 * Reads the rows of a plain SQL dump as `pg_dump` writes it, gzipped when its name ends in `.gz`; every
 * other statement is passed over. Reads as a stream: the memory does not grow with the file.
 *
 * Rejects with a `CallerError` that names file and line for a row with the wrong number of values, and for
 * a file that ends inside a block.
 */
export async function* readCopyBlocks(file: string): AsyncGenerator<CopiedRow> {
  let block: { table: string; columns: string[] } | undefined;
  let line = 0;
  for await (const text of linesOf(file)) {
    line += 1;
    if (!block) block = blockThatBegins(text);
    else if (text === copyEnds) block = undefined;
    else yield { ...block, values: valuesOf(text, block.columns.length, `${file}:${line}`), file, line };
  }
  if (block) throw unreadable(`${file}:${line}`, `the file ends inside the rows of ${block.table}`);
}

function blockThatBegins(text: string): { table: string; columns: string[] } | undefined {
  const [, table, columns] = copyBegins.exec(text) ?? [];
  if (!table || !columns) return undefined;
  return { table: unquoted(table), columns: columns.split(',').map(unquoted) };
}

function unquoted(name: string): string {
  return name.trim().replace(/^"(.*)"$/, '$1');
}

function valuesOf(text: string, count: number, place: string): (string | null)[] {
  const fields = text.split('\t');
  if (fields.length !== count) {
    throw unreadable(place, `expected ${count} values and found ${fields.length}`);
  }
  return fields.map((field) => (field === '\\N' ? null : unescaped(field)));
}

const escapes: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** The escapes of COPY's text format that `pg_dump` writes: it never uses the octal and hexadecimal ones. */
function unescaped(field: string): string {
  if (!field.includes('\\')) return field;
  return field.replace(/\\(.)/gs, (_, letter: string) => escapes[letter] ?? letter);
}

/** Lines end with a line feed and nothing else: a row may hold any other character that some call a line's end. */
async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of openText(file)) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
  }
  if (rest) yield rest;
}

function openText(file: string): Readable {
  const bytes = createReadStream(file);
  if (!file.endsWith('.gz')) return bytes.setEncoding('utf8');
  const gunzip = createGunzip();
  bytes.on('error', (error) => gunzip.destroy(error));
  return bytes.pipe(gunzip).setEncoding('utf8');
}

function unreadable(place: string, problem: string): CallerError {
  return new CallerError('unprocessable', `${place}: ${problem}.`);
}
