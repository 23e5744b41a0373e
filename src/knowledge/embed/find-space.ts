import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { ChunkEmbedder } from './embed-halving.ts';

/** The space of an embedder's vectors in a collection. */
export interface Space {
  spaceNo: number;
  /** Whether it is the one that is searched. */
  serves: boolean;
}

/**
 * The embedder's space in a collection, made where there is none; the first one of a collection serves. Another than the one that serves is
 * filled beside it: see `fillSpaces`. Undefined when the collection is gone.
 *
 * Where the config changed, the old model cannot be asked any more: what comes until the new space serves is found by its words alone.
 */
export async function findSpace(
  db: Kysely<Schema>,
  embedder: ChunkEmbedder,
  collectionNo: number,
): Promise<Space | undefined> {
  const { model } = embedder;
  const dimensions = await dimensionsOf(embedder);
  for (;;) {
    const { rows } = await sql<{ space_no: number | null; serving: number | null }>`
      select made.space_no, held.space_no as serving
      from baton.collection held left join baton.embedding_space made
        on made.collection_no = held.collection_no and made.model = ${model} and made.dimensions = ${dimensions}
      where held.collection_no = ${collectionNo}`.execute(db);
    const [found] = rows;
    if (!found) return undefined;
    if (found.space_no !== null && found.serving !== null)
      return { spaceNo: found.space_no, serves: found.space_no === found.serving };
    await makeSpace(db, { collectionNo, model, dimensions });
  }
}

/** A server of others tells with its first answer how long its vectors are. */
async function dimensionsOf(embedder: ChunkEmbedder): Promise<number> {
  if (embedder.dimensions > 0) return embedder.dimensions;
  const [vector = []] = await embedder.embed(['dimensions']);
  return embedder.dimensions || vector.length;
}

async function makeSpace(
  db: Kysely<Schema>,
  space: { collectionNo: number; model: string; dimensions: number },
): Promise<void> {
  const { collectionNo, model, dimensions } = space;
  await db.transaction().execute(async (trx) => {
    const { rows } = await sql`
      select from baton.collection where collection_no = ${collectionNo} for no key update`.execute(trx);
    if (rows.length === 0) return;
    await sql`
      insert into baton.embedding_space (collection_no, model, dimensions)
      values (${collectionNo}, ${model}, ${dimensions}) on conflict do nothing`.execute(trx);
    await sql`
      update baton.collection set space_no = (
        select made.space_no from baton.embedding_space made
        where made.collection_no = ${collectionNo} and made.model = ${model} and made.dimensions = ${dimensions})
      where collection_no = ${collectionNo} and space_no is null`.execute(trx);
  });
}
