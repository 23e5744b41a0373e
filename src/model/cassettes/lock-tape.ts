import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
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
  const holder = randomUUID();
  while (!(await take(lock, holder))) await wait(lookEveryMs);
  try {
    return await act();
  } finally {
    if ((await readFile(lock, 'utf8').catch(() => '')) === holder) await rm(lock, { force: true });
  }
}

async function take(lock: string, holder: string): Promise<boolean> {
  try {
    await writeFile(lock, holder, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // node:fs rejects with ErrnoException
    if (await isStale(lock)) await breakStale(lock);
    return false;
  }
}

/** Under a lock of its own: of two who both found it stale, the second must not take away what the first has taken by then. */
function breakStale(lock: string): Promise<void> {
  return alone(`${lock}.stale`, async () => {
    if (await isStale(lock)) await rm(lock, { force: true });
  });
}

async function isStale(lock: string): Promise<boolean> {
  const found = await stat(lock).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > staleAfterMs;
}
