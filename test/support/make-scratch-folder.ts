import { mkdtemp, statfs } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** Bytes that must be free in memory's file system: two workers hold a few databases of 45 MB each. */
const room = 2 * 1024 ** 3;
const memory = '/dev/shm';

/** An empty folder for a database that goes with its test: in memory where the machine has room there, since nothing of it is to last. */
export async function makeScratchFolder(prefix: string): Promise<string> {
  return mkdtemp(path.join((await hasRoom()) ? memory : os.tmpdir(), prefix));
}

async function hasRoom(): Promise<boolean> {
  const found = await statfs(memory).catch(() => undefined);
  return found !== undefined && found.bavail * found.bsize > room;
}
