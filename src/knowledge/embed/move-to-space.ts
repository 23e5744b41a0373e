import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { countChange } from '../collections/knowledge-version.ts';
import { addEvent } from '../events/add-event.ts';

/**
 * Has a space serve in the place of the one before, which goes, once all that is searched has vectors in it. False while something has
 * none; true also where it serves already, and where the collection is gone.
 */
export async function moveToSpace(
  db: Kysely<Schema>,
  { collectionNo, spaceNo }: { collectionNo: number; spaceNo: number },
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const held = await trx
      .selectFrom('baton.collection')
      .select(['collection', 'space_no'])
      .where('collection_no', '=', collectionNo)
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (!held) return true;
    if (await hasUnembedded(trx, collectionNo, spaceNo)) return false;
    if (held.space_no === spaceNo) {
      await countChange(trx);
      return true;
    }
    const { rows } = await sql<{ model: string; dimensions: number }>`
      select model, dimensions from baton.embedding_space where space_no = ${spaceNo} for key share`.execute(
      trx,
    );
    const [space] = rows;
    if (!space) return true;
    await sql`
      update baton.collection set space_no = ${spaceNo}, updated_at = now()
      where collection_no = ${collectionNo}`.execute(trx);
    await addEvent(trx, { type: 'collection-reembedded', collection: held.collection, data: { ...space } });
    await countChange(trx);
    return true;
  });
}

async function hasUnembedded(trx: Kysely<Schema>, collectionNo: number, spaceNo: number): Promise<boolean> {
  const { rows } = await sql`
    select from baton.document own join baton.document_version version
      on version.document_id = own.document_id and version.version = own.serving
    where own.collection_no = ${collectionNo} and version.space_no is distinct from ${spaceNo}::bigint
    limit 1`.execute(trx);
  return rows.length > 0;
}
