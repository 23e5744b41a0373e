import { type Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { analyzeGrown } from '../../src/db/analyze-grown.ts';
import type { Schema } from '../../src/db/schema.ts';
import { openTestDatabase } from '../support/test-database.ts';

async function grow(db: Kysely<Schema>, from: number, to: number): Promise<void> {
  await sql`
    insert into baton.thread (tenant_id, thread_id) select (select tenant_id from baton.tenant limit 1), md5(i::text)::uuid from generate_series(${from}::int, ${to}::int - 1) i`.execute(
    db,
  );
  await sql`select pg_stat_force_next_flush()`.execute(db);
}

test('a table is analyzed when it has doubled, and not when its rows change', async () => {
  const { db } = await openTestDatabase();
  await sql`alter table baton.thread set (autovacuum_enabled = off)`.execute(db);
  const analyzed: string[][] = [];
  for (const [from, to] of [
    [0, 150],
    [150, 300],
    [300, 780],
    [780, 900],
  ] as const) {
    await grow(db, from, to);
    analyzed.push(await analyzeGrown(db));
  }
  await sql`update baton.thread set updated_at = now()`.execute(db);
  await sql`select pg_stat_force_next_flush()`.execute(db);
  analyzed.push(await analyzeGrown(db));
  expect(analyzed).toEqual([[], ['baton.thread'], [], ['baton.thread'], []]);
});

test('a statement that was planned for an empty table looks its rows up by their keys once the table has grown', async () => {
  const { db } = await openTestDatabase();
  await db.connection().execute(async (one) => {
    await sql`set plan_cache_mode = force_generic_plan`.execute(one);
    await sql`
      prepare touch (json) as update baton.thread t set updated_at = now()
      from (select * from json_to_recordset($1) as given (thread_id uuid, at int) where at between 0 and 1000000) given
      where t.tenant_id = (select tenant_id from baton.tenant limit 1) and t.thread_id = given.thread_id`.execute(
      one,
    );
    const given = JSON.stringify([{ thread_id: 'c4ca4238-a0b9-2382-0dcc-509a6f75849b', at: 0 }]); // md5 of 1
    const plan = async () => {
      const { rows } = await sql<
        Record<string, string>
      >`${sql.raw(`explain execute touch ('${given}')`)}`.execute(one);
      return rows.map((row) => Object.values(row)[0]).join('\n');
    };
    const byKey = /Index Cond: .*thread_id = given\.thread_id/;
    expect(await plan()).not.toMatch(byKey); // and it is kept
    await grow(one, 0, 3_000);
    await analyzeGrown(one);
    expect(await plan()).toMatch(byKey);
  });
});
