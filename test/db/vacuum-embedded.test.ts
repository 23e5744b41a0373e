import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { openEmbedded } from '../../src/db/open-database.ts';
import { vacuumEmbedded } from '../../src/db/vacuum-embedded.ts';

async function openEmpty() {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'baton-vacuum-'));
  const database = await openEmbedded(folder);
  onTestFinished(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });
  return database;
}

test('rows that are replaced again and again take no more room, and untouched tables are left alone', async () => {
  const { db } = await openEmpty();
  await sql`create table busy (id int primary key, text text)`.execute(db);
  await sql`create table quiet (id int primary key)`.execute(db);
  await sql`insert into quiet select generate_series(1, 20)`.execute(db);
  await sql`insert into busy select i, repeat('x', 400) from generate_series(1, 400) i`.execute(db);
  const sizes: number[] = [];
  for (let round = 0; round < 6; round++) {
    await sql`update busy set text = ${String(round).repeat(400)}`.execute(db);
    expect(await vacuumEmbedded(db)).toEqual(['public.busy']);
    const { rows } = await sql<{ size: number }>`select pg_table_size('busy') as size`.execute(db);
    sizes.push(Number(rows[0]?.size));
  }
  expect(sizes.at(-1)).toBe(sizes[1]);
  expect(await vacuumEmbedded(db)).toEqual([]);
});

test('a table with a graph of vectors is vacuumed, and its graph still finds what is there', async () => {
  const { db } = await openEmpty();
  await sql`create extension vector`.execute(db);
  await sql`create table point (id int primary key, place vector(2))`.execute(db);
  await sql`insert into point select i, array[i, 1]::real[]::vector from generate_series(1, 300) i`.execute(
    db,
  );
  await sql`create index on point using hnsw (place vector_l2_ops)`.execute(db);
  await sql`delete from point where id % 2 = 0`.execute(db);
  expect(await vacuumEmbedded(db)).toEqual(['public.point']);
  await sql`insert into point select i, array[i, 1]::real[]::vector from generate_series(1000, 1100) i`.execute(
    db,
  );
  await sql`set enable_seqscan = off`.execute(db);
  const { rows } = await sql<{ id: number }>`
    select id from point order by place <-> '[8.4,1]'::vector limit 3`.execute(db);
  expect(rows.map(({ id }) => id)).toEqual([9, 7, 11]);
});
