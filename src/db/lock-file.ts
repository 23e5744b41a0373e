import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { errorMessage, StartError } from '../errors.ts';

const beatEveryMs = 2_000;
const staleAfterMs = 10_000;

/** The locks of this process: after a crash in a container, the next one often has the same pid. */
const held = new Set<string>();

/** Another process has the folder. */
export class FolderInUseError extends StartError {}

export interface LockFile {
  release(): Promise<void>;
}

/**
 * Takes a folder for this process. Embedded Postgres has no lock of its own, and two processes that
 * open one folder destroy it. A lock whose process is gone, or whose heartbeat stopped, is taken over.
 *
 * Rejects with a `StartError` that names the holder when another process has the folder. `onLost` hears when another
 * one took it over while this one stood still: a machine that slept, a process that was suspended. What this
 * one would still write would destroy the database, so it ends unless told otherwise.
 */
export async function lockFolder(folder: string, onLost: (error: Error) => void = end): Promise<LockFile> {
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new StartError(
      `The data folder ${folder} cannot be used (${errorMessage(cause)}). Set BATON_DATA_DIR to a folder that can be written to.`,
      { cause },
    );
  });
  const file = path.join(folder, 'lock');
  const mark = `${process.pid} ${randomUUID()}\n`;
  await removeIfStale(file);
  try {
    const handle = await open(file, 'wx');
    await handle.write(mark);
    await handle.close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // node:fs rejects with ErrnoException
    const pid = Number.parseInt(await readFile(file, 'utf8'), 10);
    throw new FolderInUseError(
      `The data folder ${folder} is in use by process ${pid}. Stop it, or set BATON_DATA_DIR to another folder.`,
    );
  }
  held.add(file);
  const heart = setInterval(() => void beat(file, mark, onLost), beatEveryMs);
  heart.unref();
  return {
    async release() {
      clearInterval(heart);
      held.delete(file);
      if ((await holderOf(file)) === mark) await rm(file, { force: true });
    },
  };
}

async function beat(file: string, mark: string, onLost: (error: Error) => void): Promise<void> {
  const holder = await holderOf(file);
  if (holder && holder !== mark)
    onLost(new Error(`Another process has taken ${path.dirname(file)}: this one ends.`));
  else await utimes(file, new Date(), new Date()).catch(() => undefined);
}

/** An exception that nobody can catch ends the process. */
function end(error: Error): void {
  queueMicrotask(() => {
    throw error;
  });
}

function holderOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}

async function removeIfStale(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (!found) return;
  const pid = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10);
  const silent = Date.now() - found.mtimeMs > staleAfterMs;
  const alive = pid === process.pid ? held.has(file) : isAlive(pid);
  if (silent || !alive) await rm(file, { force: true });
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid)) return true; // being written: its heartbeat decides
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // alive, another user's
  }
}
