import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { CallerError } from '../../errors.ts';
import type { VectorSpace } from '../embed/vector-space.ts';

/** Of collections, what a search must know. */
export interface SearchedCollections {
  numbers: number[];
  /** Of what may be found in them. */
  languages: string[];
  /** Those that a model's vectors can be compared with, because it made them and they serve. */
  spaces: VectorSpace[];
}

/** Looks up collections by name, in one round trip. Rejects with a `CallerError` where there is none by a name. */
export async function findCollections(
  db: Kysely<Schema>,
  names: readonly string[],
  model: string,
): Promise<SearchedCollections> {
  const rows = await db
    .selectFrom('baton.collection as own')
    .leftJoin('baton.embedding_space as space', (join) =>
      join
        .onRef('space.tenant_id', '=', 'own.tenant_id')
        .onRef('space.space_no', '=', 'own.space_no')
        .on('space.model', '=', model),
    )
    .select(['own.collection', 'own.collection_no', 'own.languages', 'own.metric'])
    .select(['space.space_no', 'space.dimensions', 'space.indexed'])
    .where('own.collection', '=', sql<string>`any(${names}::text[])`)
    .execute();
  const missing = names.find((name) => rows.every(({ collection }) => collection !== name));
  if (missing !== undefined) throw new CallerError('not-found', `There is no collection "${missing}".`);
  return {
    numbers: rows.map(({ collection_no }) => collection_no),
    languages: [...new Set(rows.flatMap(({ languages }) => languages))],
    spaces: rows.flatMap(({ space_no, dimensions, indexed, collection_no, metric }) =>
      space_no === null || dimensions === null || indexed === null
        ? []
        : [{ spaceNo: space_no, collectionNo: collection_no, dimensions, metric, indexed }],
    ),
  };
}
