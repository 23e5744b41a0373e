import type { Dirent } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { CallerError } from '../../errors.ts';
import { printable } from '../../printable.ts';
import { kindByName } from './kind-by-name.ts';

export interface FoundFile {
  /** Where it is. */
  file: string;
  /** Its path in the folder that was given, with forward slashes. */
  key: string;
  /** That folder's name. */
  folder?: string;
}

export interface Skipped {
  name: string;
  why: string;
}

export interface Found {
  files: FoundFile[];
  skipped: Skipped[];
  /** The folders that were given, by name. */
  folders: string[];
}

/**
 * The files that are meant by paths, in order: a file itself, and of a folder all that may be read, however deep. What is hidden,
 * `node_modules`, kinds that are not read and links to what the folder does not show are left out there, and told. Rejects with a
 * `CallerError` for a path that leads nowhere, and for two files with one key.
 */
export async function findFiles(paths: readonly string[]): Promise<Found> {
  const found: Found = { files: [], skipped: [], folders: [] };
  for (const given of paths) {
    const facts = await stat(given).catch(() => undefined);
    if (!facts) throw new CallerError('not-found', `There is nothing at ${printable(given)}.`);
    if (facts.isDirectory()) await addFolder(given, found);
    else found.files.push({ file: given, key: path.basename(given) });
  }
  assertKeysDiffer(found.files);
  return found;
}

async function addFolder(given: string, found: Found): Promise<void> {
  const folder = path.basename(path.resolve(given));
  found.folders.push(folder);
  await walk({ root: given, real: await realpath(given), folder }, '', found);
}

interface Folder {
  root: string;
  /** Where that is, without links. */
  real: string;
  /** Its name. */
  folder: string;
}

async function walk(at: Folder, within: string, found: Found): Promise<void> {
  const entries = await readdir(path.join(at.root, within), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const inside = path.join(within, entry.name);
    const key = inside.split(path.sep).join('/').normalize(); // as every system writes it
    const named = path.join(at.root, inside);
    // What is looked at now is what is read later, whatever becomes of the link.
    const file = entry.isSymbolicLink() ? await realpath(named).catch(() => undefined) : named;
    const why = await whyNot(at, entry, file);
    if (why !== undefined || file === undefined) found.skipped.push({ name: key, why: why ?? 'no file' });
    else if (entry.isDirectory()) await walk(at, inside, found);
    else found.files.push({ file, key, folder: at.folder });
  }
}

/** Why something in a folder is left out; undefined: it is not, unless there is nothing. */
async function whyNot(at: Folder, entry: Dirent, file: string | undefined): Promise<string | undefined> {
  const why = whyNoEntry(entry);
  if (why !== undefined || file === undefined) return why;
  return whyNoLink(at, entry, file) ?? (await whyNoFile(entry, file));
}

function whyNoEntry({ name }: Pick<Dirent, 'name'>): string | undefined {
  if (name.startsWith('.')) return 'hidden';
  return name === 'node_modules' ? 'node_modules' : undefined;
}

/** Whoever wrote the folder may not choose what else of the machine is read. */
function whyNoLink({ real }: Folder, entry: Dirent, file: string): string | undefined {
  if (!entry.isSymbolicLink() || file === real) return undefined;
  if (!file.startsWith(real.endsWith(path.sep) ? real : real + path.sep)) return 'leads out of the folder';
  const steps = path.relative(real, file).split(path.sep);
  return steps.some((name) => whyNoEntry({ name })) ? 'leads to what is left out' : undefined;
}

/** A link leads to a file, or nowhere: folders might lead in a circle. */
async function whyNoFile(entry: Dirent, file: string): Promise<string | undefined> {
  if (entry.isDirectory()) return undefined;
  const facts = entry.isSymbolicLink() ? await stat(file).catch(() => undefined) : entry;
  if (!facts?.isFile()) return 'no file';
  if (kindByName(entry.name) || plainText.has(path.extname(entry.name).toLowerCase())) return undefined;
  return (await isPdf(file)) ? undefined : `${path.extname(entry.name) || 'without a kind'}: not read`;
}

/** Kinds of text that are read as they are. */
const plainText = new Set(['.rst', '.adoc', '.asciidoc', '.org']);

async function isPdf(file: string): Promise<boolean> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return false;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(1_024), 0, 1_024, 0);
    return buffer.subarray(0, bytesRead).includes('%PDF-');
  } finally {
    await handle.close();
  }
}

function assertKeysDiffer(files: FoundFile[]): void {
  const first = new Map<string, string>();
  for (const { key, file } of files) {
    const other = first.get(key);
    if (other !== undefined)
      throw new CallerError(
        'invalid-request',
        `${printable(other)} and ${printable(file)} would both be ${printable(key)}. Give the folder that holds both.`,
      );
    first.set(key, file);
  }
}
