import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { lockFolder } from '../../src/db/lock-file.ts';
import { openEmbedded } from '../../src/db/open-database.ts';
import { openTestDatabase } from '../support/test-database.ts';

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'baton-folder-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('values read the same from both databases', async () => {
  const { db } = await openTestDatabase();
  const { rows } = await sql`
    select 7::int8 as small, 9007199254740993::int8 as big, 1.50::numeric as price, date '2024-02-29' as day,
      timestamptz '2024-02-29 12:00:00+00' as moment, timestamp '2024-02-29 12:00:00' as local,
      '{"a":[1]}'::jsonb as data, '\\x00ff'::bytea as bytes`.execute(db);
  const { bytes, ...rest } = rows[0] as Record<string, unknown>;
  expect(rest).toEqual({
    small: 7,
    big: '9007199254740993',
    price: '1.50',
    day: '2024-02-29',
    moment: new Date('2024-02-29T12:00:00Z'),
    local: '2024-02-29T12:00:00',
    data: { a: [1] },
  });
  expect([...(bytes as Uint8Array)]).toEqual([0, 255]);
});

test('a failing statement rejects with its SQLSTATE and the next one works', async () => {
  const { db } = await openTestDatabase();
  await expect(sql`select 1/0`.execute(db)).rejects.toMatchObject({ code: '22012' });
  expect((await sql`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }]);
});

test('a data folder in use names the process that has it', async () => {
  const folder = await makeFolder();
  const first = await openEmbedded(folder);
  await expect(openEmbedded(folder)).rejects.toThrow(`in use by process ${process.pid}`);
  await first.close();
  await (await openEmbedded(folder)).close();
});

test('a lock whose process is gone is taken over', async () => {
  const folder = await makeFolder();
  await writeFile(path.join(folder, 'lock'), '4194304\n');
  await (await openEmbedded(folder)).close();
});

test('a lock that another process took over meanwhile is noticed and left to it', async () => {
  const folder = await makeFolder();
  const lost: string[] = [];
  const lock = await lockFolder(folder, (error) => lost.push(error.message));
  await writeFile(path.join(folder, 'lock'), '4194304 another\n');
  await expect
    .poll(() => lost, { timeout: 15_000 })
    .toContain(`Another process has taken ${folder}: this one ends.`);
  await lock.release();
  expect(await readFile(path.join(folder, 'lock'), 'utf8')).toBe('4194304 another\n');
});

test('a transaction that cannot begin rejects', async () => {
  const database = await openEmbedded(await makeFolder());
  onTestFinished(() => database.close());
  const running = database.db.transaction().execute((trx) => sql`select 1`.execute(trx));
  await new Promise((resolve) => setImmediate(resolve));
  void database.pglite.stopQuery('stopped');
  await expect(running).rejects.toThrow('stopped');
});

test('embedded Postgres that broke, as on a full disk, starts again with the next query', async () => {
  const folder = await makeFolder();
  const { db, close } = await openEmbedded(folder);
  onTestFinished(close);
  await sql`create table kept as select 1 as one`.execute(db);
  const log = path.join(folder, 'db', 'pg_wal');
  await rename(log, `${log}-away`);
  await sql`select pg_switch_wal()`.execute(db);
  await expect(sql`insert into kept select generate_series(1, 200000)`.execute(db)).rejects.toThrow();
  await rename(`${log}-away`, log);
  expect((await sql`select one from kept`.execute(db)).rows).toEqual([{ one: 1 }]);
});

test('stopping a query ends it, keeps what was committed and lets the next one in', async () => {
  const database = await openEmbedded(await makeFolder());
  onTestFinished(() => database.close());
  await sql`create table kept as select 1 as one`.execute(database.db);
  const endless = sql`with recursive r as (select 1 union all select 1 from r) select count(*) from r`;
  const begun = Promise.withResolvers<void>();
  const running = database.db.transaction().execute(async (trx) => {
    await sql`select 1`.execute(trx);
    begun.resolve();
    await endless.execute(trx);
  });
  const waiting = sql`select one from kept`.execute(database.db);
  await begun.promise;
  void database.pglite.stopQuery('The query took too long.');
  await expect(running).rejects.toMatchObject({ code: '57014', message: 'The query took too long.' });
  expect((await waiting).rows).toEqual([{ one: 1 }]);
});
