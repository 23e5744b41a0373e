import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { asOwner } from '../tenancy.ts';

/** More dimensions than these cannot be indexed as they are; then every vector is compared. */
const mostDimensions = 2_000;

const made = new WeakMap<Kysely<Schema>, Set<string>>();

/**
 * Makes the HNSW index for vectors of a model, with the cosine distance, unless it is there. While a model has few
 * vectors this takes no time, and it is done before its first vector is kept.
 */
export async function ensureVectorIndex(
  db: Kysely<Schema>,
  model: string,
  dimensions: number,
): Promise<void> {
  const name = indexName(model, dimensions);
  const known = made.get(db) ?? new Set();
  made.set(db, known);
  if (dimensions > mostDimensions || known.has(name)) return;
  const make = db.transaction();
  await asOwner(() =>
    make.execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(hashtext(${name}))`.execute(trx);
      await sql`
      create index if not exists ${sql.id(name)} on baton.store_vector
      using hnsw ((embedding::vector(${sql.lit(dimensions)})) vector_cosine_ops)
      where model = ${sql.lit(model)}`.execute(trx);
    }),
  );
  known.add(name);
}

function indexName(model: string, dimensions: number): string {
  return `store_vector_${createHash('sha256').update(`${model} ${dimensions}`).digest('hex').slice(0, 12)}`;
}
