import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { asService } from '../../tenancy.ts';

/** Of one transaction. */
const vectorsAtOnce = 5_000;

/**
 * Drops the spaces that served before, some vectors at a time, and those that were begun and that nobody has filled for an hour, as when a
 * config was changed and changed back.
 */
export async function dropOldSpaces(db: Kysely<Schema>): Promise<void> {
  for (const spaceNo of await asService(() => oldSpaces(db))) {
    while ((await asService(() => dropVectors(db, spaceNo))) === vectorsAtOnce);
    await asService(() => dropSpace(db, spaceNo));
  }
}

/** What is older than the one that serves served before it, or was begun before. */
const isOld = sql`exists (
  select from baton.collection held where held.collection_no = made.collection_no and held.space_no <> made.space_no
    and (made.space_no < held.space_no or greatest(made.filled_until, made.created_at) < now() - interval '1 hour'))`;

async function oldSpaces(db: Kysely<Schema>): Promise<number[]> {
  const { rows } = await sql<{ space_no: number }>`
    select space_no from baton.embedding_space made where ${isOld}`.execute(db);
  return rows.map(({ space_no }) => space_no);
}

async function dropVectors(db: Kysely<Schema>, spaceNo: number): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from baton.chunk_vector where (tenant_id, space_no, chunk_no) in (
      select tenant_id, space_no, chunk_no from baton.chunk_vector where space_no = ${spaceNo} limit ${vectorsAtOnce})`.execute(
    db,
  );
  return Number(numAffectedRows);
}

async function dropSpace(db: Kysely<Schema>, spaceNo: number): Promise<void> {
  await sql`delete from baton.embedding_space made where space_no = ${spaceNo} and ${isOld}`.execute(db);
}
