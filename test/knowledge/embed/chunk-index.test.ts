import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { openPostgres } from '../../../src/db/open-database.ts';
import type { Schema } from '../../../src/db/schema.ts';
import { patientLimits } from '../../../src/db/session-limits.ts';
import { sweepChunkIndexes } from '../../../src/knowledge/embed/chunk-index.ts';
import { asOwner } from '../../../src/tenancy.ts';
import { makeTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { makeRows, scatter } from '../search/vector-rows.ts';

let made: TestDatabase;
let db: Kysely<Schema>;

beforeAll(async () => {
  made = await makeTestDatabase();
  db = made.database.db;
});
afterAll(() => made.drop());
beforeEach(() => db.deleteFrom('baton.collection').execute());

const vectors = scatter(40, 4);
const small = { exactUpTo: 30 };

test('a space that has grown large is given an index, and a small one is not', async () => {
  const large = await makeRows(db, { vectors });
  const few = await makeRows(db, { vectors: vectors.slice(0, 30) });
  await sweepChunkIndexes(db, small);
  expect(await listIndexes()).toEqual([`chunk_vector_hnsw_${large.space.spaceNo}`]);
  expect(await isIndexed(large.space.spaceNo)).toBe(true);
  expect(await isIndexed(few.space.spaceNo)).toBe(false);
});

test('the index of a space that is gone is dropped', async () => {
  const { space } = await makeRows(db, { vectors });
  await sweepChunkIndexes(db, small);
  await db.deleteFrom('baton.embedding_space').where('space_no', '=', space.spaceNo).execute();
  await sweepChunkIndexes(db, small);
  expect(await listIndexes()).toEqual([]);
});

test('several at once make one index each', async () => {
  const spaces = [await makeRows(db, { vectors }), await makeRows(db, { vectors, metric: 'l2' })];
  await Promise.all([sweepChunkIndexes(db, small), sweepChunkIndexes(db, small)]);
  expect(await listIndexes()).toEqual(spaces.map(({ space }) => `chunk_vector_hnsw_${space.spaceNo}`));
});

test('whoever makes an index keeps the others away for as long as it takes', async ({ skip }) => {
  const { DATABASE_URL: url } = made.env;
  if (!url) return skip('the embedded database has one process');
  const impatient = openPostgres(url, { limits: { ...patientLimits, idleInTransaction: 200 } });
  onTestFinished(() => impatient.close());
  const { space } = await makeRows(db, { vectors });
  let sweeping: Promise<void> | undefined;
  await db.transaction().execute(async (trx) => {
    await sql`lock table baton.chunk_vector in row exclusive mode`.execute(trx); // an index waits for who writes
    sweeping = sweepChunkIndexes(impatient.db, small);
    sweeping.catch(() => undefined); // it is looked at when it is over
    await expect.poll(() => isHeldFor('600 ms')).toBe(true);
  });
  await sweeping;
  expect(await isIndexed(space.spaceNo)).toBe(true);
});

test('what a process left that died while it made one is made again', async () => {
  const { space } = await makeRows(db, { vectors });
  await sweepChunkIndexes(db, small);
  await asOwner(() =>
    sql`update pg_index set indisvalid = false
      where indexrelid = ('baton.chunk_vector_hnsw_' || ${String(space.spaceNo)})::regclass`.execute(db),
  );
  await sweepChunkIndexes(db, small);
  expect(await listIndexes('and indisvalid')).toEqual([`chunk_vector_hnsw_${space.spaceNo}`]);
  expect(await isIndexed(space.spaceNo)).toBe(true);
});

test('a copy of a database without its indexes has them made again', async () => {
  const { space } = await makeRows(db, { vectors });
  await sweepChunkIndexes(db, small);
  await asOwner(() => sql`drop index ${sql.id('baton', `chunk_vector_hnsw_${space.spaceNo}`)}`.execute(db));
  await sweepChunkIndexes(db, { exactUpTo: 1_000 });
  expect(await isIndexed(space.spaceNo)).toBe(false);
  await sweepChunkIndexes(db, small);
  expect(await isIndexed(space.spaceNo)).toBe(true);
});

test('vectors of more dimensions than an index takes are compared without one', async () => {
  await makeRows(db, { vectors: vectors.map((vector) => [...vector, ...new Array<number>(4_000).fill(0)]) });
  await sweepChunkIndexes(db, small);
  expect(await listIndexes()).toEqual([]);
});

test('vectors of as many dimensions as an index takes are given one', async () => {
  const { space } = await makeRows(db, {
    vectors: vectors.map((vector) => [...vector, ...new Array<number>(3_996).fill(0)]),
  });
  await sweepChunkIndexes(db, small);
  expect(await isIndexed(space.spaceNo)).toBe(true);
});

test('the settings of making an index do not stay', async () => {
  const settings = () =>
    sql<{ memory: string; workers: string }>`
      select current_setting('maintenance_work_mem') as memory, current_setting('max_parallel_maintenance_workers') as workers`.execute(
      db,
    );
  const before = await settings();
  await makeRows(db, { vectors });
  await sweepChunkIndexes(db, small);
  for (let one = 0; one < 5; one++) expect((await settings()).rows).toEqual(before.rows);
});

async function listIndexes(more = ''): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_index join pg_class on pg_class.oid = indexrelid
    where starts_with(relname, 'chunk_vector_hnsw_') ${sql.raw(more)} order by length(relname), relname`.execute(
    db,
  );
  return rows.map(({ name }) => name);
}

async function isIndexed(spaceNo: number): Promise<boolean | undefined> {
  const row = await db
    .selectFrom('baton.embedding_space')
    .select('indexed')
    .where('space_no', '=', spaceNo)
    .executeTakeFirst();
  return row?.indexed;
}

/** Whether somebody has had the lock of those who make indexes for so long, and did nothing else. */
async function isHeldFor(time: string): Promise<boolean> {
  const { rows } = await sql`
    select from pg_stat_activity where datname = current_database() and state = 'idle in transaction'
      and query like '%baton chunk indexes%' and now() - state_change > ${time}::interval`.execute(db);
  return rows.length > 0;
}
