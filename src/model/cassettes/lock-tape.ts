import { mkdir, open, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const lookEveryMs = 20;
/** Who holds a lock needs milliseconds: one as old as this was left behind. */
const staleAfterMs = 10_000;

const queues = new Map<string, Promise<unknown>>();

/** Does something to a file while nobody else does, in this process or another. The folder is made where it is not there. */
export async function withTapeLocked<T>(file: string, act: () => Promise<T>): Promise<T> {
  const before = queues.get(file) ?? Promise.resolve();
  const own = before.catch(() => undefined).then(() => alone(`${file}.lock`, act));
  queues.set(file, own);
  try {
    return await own;
  } finally {
    if (queues.get(file) === own) queues.delete(file);
  }
}

async function alone<T>(lock: string, act: () => Promise<T>): Promise<T> {
  await mkdir(path.dirname(lock), { recursive: true });
  while (!(await take(lock))) await wait(lookEveryMs);
  try {
    return await act();
  } finally {
    await rm(lock, { force: true });
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx')).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // node:fs rejects with ErrnoException
    const found = await stat(lock).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > staleAfterMs) await rm(lock, { force: true });
    return false;
  }
}
