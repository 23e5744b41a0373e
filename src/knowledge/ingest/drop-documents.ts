import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { countChange } from '../collections/knowledge-version.ts';
import { setLive } from './set-live.ts';

/** Of one transaction, unless one document has more. */
const most = { documents: 100, chunks: 2_000 };
const chunksAtOnce = 1_000;

/** Takes some documents out of a collection, and returns how many those were: 0 when it is empty. */
export async function dropSome(trx: Kysely<Schema>, collectionNo: number): Promise<number> {
  const { rows } = await sql<{ document_id: string; chunks: number }>`
    select document_id, (
      select coalesce(sum(version.chunks), 0) from baton.document_version version
      where version.document_id = own.document_id and version.status in ('ready', 'embedding')) as chunks
    from baton.document own where collection_no = ${collectionNo}
    order by document_id limit ${most.documents} for update of own`.execute(trx);
  let chunks = 0;
  const some = rows.filter((row, at) => {
    chunks += row.chunks;
    return at === 0 || chunks <= most.chunks;
  });
  await removeDocuments(
    trx,
    some.map(({ document_id }) => document_id),
  );
  return some.length;
}

/** Removes documents whose rows the transaction holds, with all that they have. */
export async function removeDocuments(trx: Kysely<Schema>, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  const are = sql`document_id = any(${ids}::uuid[])`;
  await sql`update baton.document set serving = null, making = null where ${are}`.execute(trx);
  await setLive(trx, ids);
  await sql`
    delete from baton.document_content where content_id in (
      select content_id from baton.document_version where ${are} and content_id is not null)`.execute(trx);
  while ((await deleteChunks(trx, ids)) === chunksAtOnce);
  await sql`delete from baton.document where ${are}`.execute(trx);
  await countChange(trx);
}

/** A statement may take only so long. */
async function deleteChunks(trx: Kysely<Schema>, ids: string[]): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from baton.chunk where chunk_no in (
      select chunk_no from baton.chunk where document_id = any(${ids}::uuid[]) limit ${chunksAtOnce})`.execute(
    trx,
  );
  return Number(numAffectedRows);
}
