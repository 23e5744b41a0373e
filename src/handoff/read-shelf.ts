import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { FileProblem } from '../yaml/file-problem.ts';

/** The things of one folder, by the names of their files. */
export interface Shelf<Thing> {
  read: Map<string, Thing>;
  /** Names whose file is there and has mistakes. */
  unread: Set<string>;
  problems: FileProblem[];
}

/** A shelf whose files are texts. */
export interface TextShelf<Thing> {
  folder: string;
  /** What one of them is, in a sentence: `an agent`. */
  kind: string;
  /** Matches the endings that are read. */
  ending: RegExp;
  /** The ending to use, and what matches files that look as if they were meant to be read. */
  likely: { use: string; not: RegExp };
  read(file: string, name: string, text: string): Thing | FileProblem[];
}

/** A file above this is not one that a person wrote, in bytes. */
const mostBytes = 1_000_000;

/** Letters, digits, _ and -: a name stands in the names of tools and in addresses. */
const validName = /^[a-zA-Z][\w-]{0,47}$/;
const nameRule = 'a name begins with a letter and goes on with letters, digits, _ and -, at most 48.';

/** Reads every file of a shelf of texts. An absent folder is an empty shelf. Never throws for what is in it. */
export async function readShelf<Thing>(projectDir: string, shelf: TextShelf<Thing>): Promise<Shelf<Thing>> {
  const filled: Shelf<Thing> = { read: new Map(), unread: new Set(), problems: [] };
  const entries = await readdir(path.join(projectDir, shelf.folder), { withFileTypes: true }).catch(() => []);
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (shelf.ending.test(entry.name)) await readOne(projectDir, entry, shelf, filled);
    else if (entry.isFile() && shelf.likely.not.test(entry.name)) filled.problems.push(notRead(entry, shelf));
  }
  return filled;
}

async function readOne<Thing>(
  projectDir: string,
  entry: Dirent,
  shelf: TextShelf<Thing>,
  filled: Shelf<Thing>,
): Promise<void> {
  const name = entry.name.replace(shelf.ending, '');
  const thing = await readThing(projectDir, path.join(shelf.folder, entry.name), name, shelf, filled);
  if (!Array.isArray(thing)) {
    filled.read.set(name, thing);
    return;
  }
  filled.read.delete(name);
  filled.unread.add(name);
  filled.problems.push(...thing);
}

async function readThing<Thing>(
  projectDir: string,
  file: string,
  name: string,
  { kind, read }: TextShelf<Thing>,
  before: Shelf<Thing>,
): Promise<Thing | FileProblem[]> {
  const fail = (message: string, line = 1): FileProblem[] => [{ file, line, message, severity: 'error' }];
  if (before.read.has(name) || before.unread.has(name))
    return fail(`There is another file of the name "${name}" here: ${kind} is one file.`);
  if (!validName.test(name)) return fail(`"${name}" cannot be the name of ${kind}: ${nameRule}`);
  const text = await readText(path.join(projectDir, file));
  return 'text' in text ? read(file, name, text.text) : fail(text.message, text.line);
}

/** The text of a file without the mark at its beginning that some editors write, or why it cannot be had. */
export async function readText(
  file: string,
  most = mostBytes,
): Promise<{ text: string } | { message: string; line: number }> {
  try {
    const found = await stat(file);
    if (!found.isFile()) return { message: 'This is a folder or the like, not a file.', line: 1 };
    if (found.size > most)
      return { message: `It is too large: ${found.size} bytes, where ${most} are allowed.`, line: 1 };
    const bytes = await readFile(file);
    return decode(bytes);
  } catch (error) {
    return { message: `It cannot be read: ${whyNot(error)}.`, line: 1 };
  }
}

function decode(bytes: Buffer): { text: string } | { message: string; line: number } {
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (wide) return { message: 'It is UTF-16: save it as UTF-8.', line: 1 };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    const before = bytes.toString('utf8').split('\ufffd')[0] ?? '';
    return { message: 'It is not UTF-8 from here on: save it as UTF-8.', line: before.split('\n').length };
  }
}

function whyNot(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException; // node:fs throws errors
  const known: Record<string, string> = {
    EACCES: 'this user may not read it',
    EPERM: 'this user may not read it',
    ENOENT: 'it is a link to a file that is not there',
    ELOOP: 'it is a link that leads to itself',
  };
  return known[code ?? ''] ?? message;
}

function notRead<Thing>({ name }: Dirent, { folder, kind, likely }: TextShelf<Thing>): FileProblem {
  const message = `It is not read: the file of ${kind} ends in ${likely.use}.`;
  return { file: path.join(folder, name), line: 1, message, severity: 'warning' };
}
