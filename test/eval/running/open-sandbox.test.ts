import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { openEmbedded } from '../../../src/db/open-database.ts';
import { openSandbox } from '../../../src/eval/running/open-sandbox.ts';

async function openFolder() {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'baton-sandbox-'));
  const database = await openEmbedded(folder);
  await sql`create table kept (number integer)`.execute(database.db);
  await sql`insert into kept values (7)`.execute(database.db);
  onTestFinished(async () => {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { folder, database };
}

const numbers = sql<{ number: number }>`select number from kept order by number`;

test('a sandbox is a copy: what is done in it is not done outside', async () => {
  const { folder, database } = await openFolder();
  const { use, close } = openSandbox(database, folder);
  const seen = await use(async ({ db }) => {
    await sql`insert into kept values (8)`.execute(db);
    return (await numbers.execute(db)).rows;
  });
  expect(seen).toEqual([{ number: 7 }, { number: 8 }]);
  expect((await numbers.execute(database.db)).rows).toEqual([{ number: 7 }]);
  await close();
}, 60_000);

test('a copy that could not be made is made at the next use, and does not keep the sandbox from closing', async () => {
  const { folder, database } = await openFolder();
  const { use, close } = openSandbox(database, folder);
  const pipe = path.join(folder, 'db/pipe');
  await promisify(execFile)('mkfifo', [pipe]);
  await expect(use(async () => undefined)).rejects.toThrow('cannot copy a FIFO pipe');
  await rm(pipe);
  expect(await use(async ({ db }) => (await numbers.execute(db)).rows)).toEqual([{ number: 7 }]);
  await close();

  const broken = openSandbox(database, path.join(folder, 'not-there'));
  await expect(broken.use(async () => undefined)).rejects.toThrow('ENOENT');
  await broken.close();
}, 60_000);
