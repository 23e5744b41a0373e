import { createHash, randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { withTapeLocked } from './lock-tape.ts';
import { readTape } from './read-tape.ts';
import { type Tape, TapeError } from './tape.ts';
import { writeTape } from './write-tape.ts';

/** Where the tape of a case is: `<suite>/<case>.<profile>.jsonl`. A name that is no good name for a file has a hash in it. */
export function tapePath(dir: string, about: { suite: string; case: string }, profile?: string): string {
  const name = [about.case, ...(profile ? [profile] : [])].map(fileName).join('.');
  return path.join(dir, fileName(about.suite), `${name}.jsonl`);
}

/** A tape from its file; undefined where there is none. Rejects with a `TapeError`. */
export async function loadTape(
  file: string,
  about: { suite: string; case: string },
): Promise<Tape | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (text === undefined) return undefined;
  const tape = readTape(file, text);
  if (tape.suite === about.suite && tape.case === about.case) return tape;
  throw new TapeError(file, 1, `it is the tape of case ${tape.case} of suite ${tape.suite}`);
}

/**
 * Changes the tape in a file, whatever others have written there by then; nobody ever reads half of it. Where `change` gives nothing the
 * file stays as it is, and one without recordings goes.
 */
export function changeTape(file: string, change: () => Promise<Tape | undefined>): Promise<void> {
  return withTapeLocked(file, async () => {
    const tape = await change();
    if (!tape) return;
    if (tape.recordings.length === 0) return rm(file, { force: true });
    const beside = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}.tmp`);
    try {
      await writeFile(beside, writeTape(tape));
      await rename(beside, file);
    } finally {
      await rm(beside, { force: true });
    }
  });
}

const goodName = /^[A-Za-z0-9_-][A-Za-z0-9._+-]{0,79}$/;

function fileName(name: string): string {
  if (goodName.test(name)) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.replace(/[^\w-]+/g, '-').slice(0, 60)}-${hash}`;
}
