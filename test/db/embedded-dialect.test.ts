import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isUnavailable } from '../../src/db/is-unavailable.ts';
import { type EmbeddedDatabase, openEmbedded } from '../../src/db/open-database.ts';
import type { Schema } from '../../src/db/schema.ts';

let folder: string;
let database: EmbeddedDatabase;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'baton-folder-'));
  database = await openEmbedded(folder, { waiting: 3, milliseconds: 400 });
});

afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

const ask = (db: Kysely<Schema>, number = 1) =>
  sql<{ number: number }>`select ${number}::int as number`.execute(db).then(({ rows }) => rows[0]?.number);

/** Takes the connection until `work` is done. */
async function during<T>(work: () => Promise<T>): Promise<T> {
  return database.db.transaction().execute(async (trx) => {
    await ask(trx);
    return work();
  });
}

test('the connection is given out in the order in which it was asked for', async () => {
  const done: number[] = [];
  let asked: Promise<unknown> = Promise.resolve();
  await during(async () => {
    asked = Promise.all(
      [1, 2, 3].map(async (number) => done.push((await ask(database.db, number)) as number)), // it is one
    );
    expect(database.counts()).toEqual({ total: 1, idle: 0, waiting: 3 });
  });
  await asked;
  expect(done).toEqual([1, 2, 3]);
  expect(database.counts()).toEqual({ total: 1, idle: 1, waiting: 0 });
});

test('who waits too long, or comes when too many wait, hears that the database is busy', async () => {
  const failed = await during(() =>
    Promise.all([1, 2, 3, 4, 5].map(() => ask(database.db).catch((error: unknown) => error))),
  );
  expect(failed.map(isUnavailable)).toEqual([true, true, true, true, true]);
  expect(await ask(database.db, 7)).toBe(7);
});

test('a transaction that fails lets the next one in', async () => {
  await expect(during(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(sql`select 1/0`.execute(database.db)).rejects.toMatchObject({ code: '22012' });
  expect(await ask(database.db, 8)).toBe(8);
});
