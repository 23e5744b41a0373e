import { type Kysely, sql } from 'kysely';
import { isEmbedded } from '../../db/is-embedded.ts';
import type { Schema } from '../../db/schema.ts';
import { asOwner, asService } from '../../tenancy.ts';
import { comparedVector, mostIndexedDimensions, operatorClass, type VectorSpace } from './vector-space.ts';

/**
 * How many vectors are compared one by one, rather than by an index that has to be made and may miss some: as many as take about 10 ms
 * on a server and 40 ms in embedded Postgres. Measured with `bench/search.ts`.
 */
export function exactUpTo(db: Kysely<Schema>): number {
  return isEmbedded(db) ? 5_000 : 20_000;
}

export interface SweepOptions {
  /** Instead of `exactUpTo`. */
  exactUpTo?: number;
  /** Breaks off the work on a server; what was begun is made anew by the next sweep. */
  signal?: AbortSignal;
}

/**
 * Makes the HNSW indexes of spaces whose collections have grown large, and drops those of spaces that are gone and what a process left
 * that died while it made one. One process does it at a time; another one that comes meanwhile does nothing.
 *
 * It takes as long as it takes: give it a connection without limits of time. A server goes on reading and writing meanwhile; embedded Postgres
 * does nothing else, so there it is to be called often, before there is much to do. Rejects with the signal's reason.
 */
export async function sweepChunkIndexes(db: Kysely<Schema>, options: SweepOptions = {}): Promise<void> {
  await noteIndexes(db);
  if ((await listWork(db, options)).length === 0) return;
  await alone(db, async () => {
    for (const work of await listWork(db, options)) {
      options.signal?.throwIfAborted();
      await work();
    }
    await noteIndexes(db);
  });
}

type Work = () => Promise<void>;

interface Named {
  name: string;
}

async function listWork(db: Kysely<Schema>, options: SweepOptions): Promise<Work[]> {
  const [useless, wanted] = [await listUseless(db), await listWanted(db, options)];
  return [
    ...useless.map(
      ({ name }) =>
        () =>
          dropIndex(db, name),
    ),
    ...wanted.map((space) => () => makeIndex(db, space, options.signal)),
  ];
}

/** Makes `indexed` of every space agree with what indexes there are: a copy of a database may come without them. */
async function noteIndexes(db: Kysely<Schema>): Promise<void> {
  const isThere = sql`exists (
    select from pg_index join pg_class on pg_class.oid = indexrelid
    where relname = ${prefix} || space_no and relnamespace = 'baton'::regnamespace and indisvalid)`;
  await asService(() =>
    sql`update baton.embedding_space set indexed = not indexed where indexed <> ${isThere}`.execute(db),
  );
}

async function listUseless(db: Kysely<Schema>): Promise<Named[]> {
  const { rows } = await asService(() =>
    sql<Named>`
      select relname as name from pg_index join pg_class on pg_class.oid = indexrelid
      where indrelid = 'baton.chunk_vector'::regclass and starts_with(relname, ${prefix})
        and (not indisvalid or relname not in (select ${prefix} || space_no from baton.embedding_space))`.execute(
      db,
    ),
  );
  return rows;
}

type Indexable = Pick<VectorSpace, 'spaceNo' | 'dimensions' | 'metric'> & { rows: number };

async function listWanted(db: Kysely<Schema>, options: SweepOptions): Promise<Indexable[]> {
  const least = options.exactUpTo ?? exactUpTo(db);
  const { rows } = await asService(() =>
    sql<Indexable>`
      select embedding_space.space_no as "spaceNo", dimensions, metric, chunks as rows
      from baton.embedding_space join baton.collection using (tenant_id, collection_no)
      where not indexed and chunks > ${least} and dimensions <= ${mostIndexedDimensions}`.execute(db),
  );
  return rows;
}

async function makeIndex(db: Kysely<Schema>, space: Indexable, signal?: AbortSignal): Promise<void> {
  const breakingOff = signal && !isEmbedded(db) ? { signal, inflightQueryAbortStrategy } : {};
  const { m, efConstruction } = isEmbedded(db) ? shape.embedded : shape.server;
  await asOwner(() =>
    db.connection().execute(async (one) => {
      await sql`select set_config('maintenance_work_mem', ${memoryFor(db, space)}, false),
        set_config('max_parallel_maintenance_workers', '0', false)`.execute(one);
      await sql`
        create index ${concurrently(db)} if not exists ${sql.id(indexName(space.spaceNo))} on baton.chunk_vector
        using hnsw ((${comparedVector(db, space)}) ${operatorClass(db, space)})
        with (m = ${sql.lit(m)}, ef_construction = ${sql.lit(efConstruction)})
        where space_no = ${sql.lit(space.spaceNo)}`
        .execute(one, breakingOff)
        .finally(() => resetSettings(one));
    }),
  );
}

const inflightQueryAbortStrategy = 'cancel query' as const;

/** Neighbours that each vector keeps, and how many are weighed for them: embedded Postgres works ten times as long for the same. */
const shape = { server: { m: 16, efConstruction: 64 }, embedded: { m: 12, efConstruction: 48 } };

/**
 * An index that has not enough memory while it is made is made many times as slowly. Embedded Postgres has little, and keeps what it took.
 */
function memoryFor(db: Kysely<Schema>, { rows, dimensions }: Indexable): string {
  const megabytes = Math.ceil((rows * (4 * dimensions + 500) * 1.2) / 2 ** 20);
  return `${Math.min(Math.max(megabytes, 64), isEmbedded(db) ? 256 : 1_024)}MB`;
}

async function resetSettings(one: Kysely<Schema>): Promise<void> {
  await sql`reset maintenance_work_mem`.execute(one);
  await sql`reset max_parallel_maintenance_workers`.execute(one);
}

async function dropIndex(db: Kysely<Schema>, name: string): Promise<void> {
  await asOwner(() => sql`drop index ${concurrently(db)} if exists baton.${sql.id(name)}`.execute(db));
}

/** Without holding up who writes; embedded Postgres has nobody to hold up. */
function concurrently(db: Kysely<Schema>) {
  return isEmbedded(db) ? sql`` : sql`concurrently`;
}

/** The lock is a transaction's and on a connection of its own: an index that is made concurrently is made in none. */
async function alone(db: Kysely<Schema>, act: () => Promise<void>): Promise<void> {
  if (isEmbedded(db)) return act();
  await asService(() =>
    db.transaction().execute(async (trx) => {
      const { rows } = await sql<{ got: boolean }>`
        select pg_try_advisory_xact_lock(hashtext('baton chunk indexes')) as got,
          set_config('idle_in_transaction_session_timeout', '0', true)`.execute(trx);
      if (rows[0]?.got) await act();
    }),
  );
}

const prefix = 'chunk_vector_hnsw_';

function indexName(spaceNo: number): string {
  return `${prefix}${spaceNo}`;
}
