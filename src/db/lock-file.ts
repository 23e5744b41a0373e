import { mkdir, open, readFile, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { errorMessage, StartError } from '../errors.ts';

const beatEveryMs = 2_000;
const staleAfterMs = 10_000;

/** The locks of this process: after a crash in a container, the next one often has the same pid. */
const held = new Set<string>();

export interface LockFile {
  release(): Promise<void>;
}

/**
 * Takes a folder for this process. Embedded Postgres has no lock of its own, and two processes that
 * open one folder destroy it. A lock whose process is gone, or whose heartbeat stopped, is taken over.
 *
 * Rejects with an `Error` that names the holder when another process has the folder.
 */
export async function lockFolder(folder: string): Promise<LockFile> {
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new StartError(
      `The data folder ${folder} cannot be used (${errorMessage(cause)}). Set BATON_DATA_DIR to a folder that can be written to.`,
      { cause },
    );
  });
  const file = path.join(folder, 'lock');
  await removeIfStale(file);
  try {
    const handle = await open(file, 'wx');
    await handle.write(`${process.pid}\n`);
    await handle.close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // node:fs rejects with ErrnoException
    const pid = (await readFile(file, 'utf8')).trim();
    throw new StartError(
      `The data folder ${folder} is in use by process ${pid}. Stop it, or set BATON_DATA_DIR to another folder.`,
    );
  }
  held.add(file);
  const heart = setInterval(() => utimes(file, new Date(), new Date()).catch(() => undefined), beatEveryMs);
  heart.unref();
  return {
    async release() {
      clearInterval(heart);
      held.delete(file);
      await rm(file, { force: true });
    },
  };
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
