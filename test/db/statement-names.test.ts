import { type Kysely, sql } from 'kysely';
import { beforeEach, describe, expect, inject, onTestFinished, test } from 'vitest';
import { isUnavailable } from '../../src/db/is-unavailable.ts';
import { openPostgres, type PostgresDatabase } from '../../src/db/open-database.ts';
import type { Schema } from '../../src/db/schema.ts';
import { asOwner, asService, inTenant } from '../../src/tenancy.ts';
import { openTestDatabase } from '../support/test-database.ts';

/** The embedded database is asked in its own way. */
const onServer = describe.skipIf(inject('template').kind === 'pglite');

let database: PostgresDatabase;
let db: Kysely<Schema>;
let beside: Kysely<Schema>;

async function openWith(statements: number): Promise<void> {
  const made = await openTestDatabase();
  if (made.kind === 'pglite') throw new Error('These tests are for servers.');
  database = openPostgres(made.connection.connectionString, { max: 1, statements });
  ({ db } = database);
  beside = made.db;
  onTestFinished(() => database.close());
}

/** The texts that the one connection has under a name. */
async function named(): Promise<string[]> {
  const { rows } = await asOwner(() =>
    sql<{ statement: string }>`select statement from pg_prepared_statements order by prepare_time`.execute(
      db,
    ),
  );
  return rows.map(({ statement }) => statement);
}

const one = (value: number) => sql<{ one: number }>`select ${value}::int as one`.execute(db);

onServer('a connection', () => {
  beforeEach(() => openWith(8));

  test('names what it is asked again, and gives the same answers by name', async () => {
    const answers: unknown[] = [];
    for (const value of [1, 2, 3, 4]) answers.push((await asOwner(() => one(value))).rows);
    expect(answers).toEqual([[{ one: 1 }], [{ one: 2 }], [{ one: 3 }], [{ one: 4 }]]);
    expect(await named()).toEqual(['select $1::int as one']);
  });

  test('names no text without values, and none that is asked once', async () => {
    await asOwner(async () => {
      for (let times = 0; times < 3; times++) await sql`select 1 as one`.execute(db);
      await one(1);
    });
    expect(await named()).toEqual([]);
  });

  test('names no text that is to be planned each time', async () => {
    const ask = () => sql`/* planned each time */ select ${1}::int as one`.execute(db);
    await asOwner(async () => {
      for (let times = 0; times < 3; times++) expect((await ask()).rows).toEqual([{ one: 1 }]);
    });
    expect(await named()).toEqual([]);
  });

  test('keeps no more names than it may: those used last', async () => {
    await asOwner(async () => {
      for (let at = 0; at < 40; at++)
        for (const value of [1, 2]) await sql`select ${value}::int as one, ${sql.lit(at)} as at`.execute(db);
      await one(1);
    });
    const kept = await named();
    expect(kept.length).toBeLessThanOrEqual(8);
    expect(kept).toContain('select $1::int as one, 39 as at');
  });

  test('a statement that fails can be asked again, by itself and in a transaction', async () => {
    const divide = (by: number, trx = db) => sql<{ q: number }>`select 6 / ${by}::int as q`.execute(trx);
    await asOwner(async () => {
      for (const by of [0, 2, 0, 3, 0, 6]) {
        if (by === 0) await expect(divide(by)).rejects.toThrow('division by zero');
        else expect((await divide(by)).rows).toEqual([{ q: 6 / by }]);
      }
      const inside = (by: number) => db.transaction().execute((trx) => divide(by, trx));
      await expect(inside(0)).rejects.toThrow('division by zero');
      expect((await inside(3)).rows).toEqual([{ q: 2 }]);
    });
  });

  test('rows that look different after a migration of another process come back right, outside of a transaction and at its start', async () => {
    await asOwner(() => sql`create table public.thing (id int, name text)`.execute(beside));
    await asOwner(() => sql`insert into public.thing values (1, 'a')`.execute(beside));
    const look = (trx = db) => sql`select * from public.thing where id = ${1}`.execute(trx);
    await asOwner(async () => {
      for (let times = 0; times < 3; times++) await look();
      await sql`alter table public.thing add column more int default 7`.execute(beside);
      expect((await look()).rows).toEqual([{ id: 1, name: 'a', more: 7 }]);
      for (let times = 0; times < 3; times++) await look();
      await sql`alter table public.thing alter column name type int using 5`.execute(beside);
      const inside = await db.transaction().execute((trx) => look(trx));
      expect(inside.rows).toEqual([{ id: 1, name: 5, more: 7 }]);
    });
  });

  test('in the middle of a transaction such rows end it as a database that is away, and the next try works', async () => {
    await asOwner(() => sql`create table public.thing (id int)`.execute(beside));
    const look = (trx = db) => sql`select * from public.thing where id = ${1}`.execute(trx);
    const twice = () =>
      db.transaction().execute(async (trx) => {
        await sql`select ${1}::int as one`.execute(trx);
        return look(trx);
      });
    await asOwner(async () => {
      for (let times = 0; times < 3; times++) await twice();
      await sql`alter table public.thing add column more int`.execute(beside);
      const failed = await twice().catch((error: unknown) => error);
      expect(isUnavailable(failed)).toBe(true);
      expect((await twice()).rows).toEqual([]);
    });
  });

  test('names that a pooler took away are given again', async () => {
    await asOwner(async () => {
      for (const value of [1, 2, 3]) await one(value);
      await sql`deallocate all`.execute(db);
      expect((await one(4)).rows).toEqual([{ one: 4 }]);
      expect((await one(5)).rows).toEqual([{ one: 5 }]);
    });
  });

  test('a transaction in which nothing was asked leaves no trace, and one that began is ended', async () => {
    const inTransaction = async () =>
      (
        await sql<{ state: string }>`select state from pg_stat_activity where application_name = 'baton'
        and datname = current_database() and state like 'idle in%'`.execute(beside)
      ).rows.length;
    await asOwner(async () => {
      await db.transaction().execute(async () => expect(await inTransaction()).toBe(0));
      await db.transaction().execute(async (trx) => {
        await sql`select ${1}::int`.execute(trx);
        expect(await inTransaction()).toBe(1);
      });
      expect(await inTransaction()).toBe(0);
    });
  });

  test('two tenants and the service see only what they may, in a thousand turns of one statement', async () => {
    const tenants = ['acme', 'globex'];
    await asOwner(() =>
      beside
        .insertInto('baton.tenant')
        .values(tenants.map((tenant_id) => ({ tenant_id, name: tenant_id })))
        .execute(),
    );
    for (const tenant of tenants) await inTenant(tenant, () => insertThread(tenant));
    const look = (trx = db) =>
      trx
        .selectFrom('baton.thread')
        .select('tenant_id')
        .where('status', '=', 'idle')
        .orderBy('tenant_id')
        .execute()
        .then((rows) => rows.map((row) => row.tenant_id));
    const alike = () => (random() < 0.5 ? look() : db.transaction().execute((trx) => look(trx)));
    for (let turn = 0; turn < 1_000; turn++) {
      const who = [...tenants, 'service'][Math.floor(random() * 3)] ?? '';
      const seen = who === 'service' ? await asService(alike) : await inTenant(who, alike);
      expect(seen).toEqual(who === 'service' ? tenants : [who]);
    }
    expect((await named()).some((text) => text.includes('baton"."thread'))).toBe(true);
  });
});

onServer('a connection without a cache', () => {
  beforeEach(() => openWith(0));

  test('names nothing', async () => {
    await asOwner(async () => {
      for (let times = 0; times < 4; times++) await one(times);
    });
    expect(await named()).toEqual([]);
  });
});

function insertThread(whose: string) {
  return db
    .insertInto('baton.thread')
    .values({
      thread_id: '0192d7f0-0000-7000-8000-000000000001',
      graph: null,
      graph_version: null,
      metadata: JSON.stringify({ whose }),
    })
    .execute();
}

/** The same row of numbers in each run: a linear congruential generator. */
let seed = 7;
function random(): number {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return seed / 2_147_483_648;
}
