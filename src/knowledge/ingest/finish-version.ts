import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { countChange } from '../collections/knowledge-version.ts';
import { addEvent } from '../events/add-event.ts';
import { lockDocument, versionOf } from './lock-document.ts';
import type { JobAtHand } from './look-at-job.ts';
import { setLive } from './set-live.ts';

/**
 * Has a version serve, all of whose chunks have vectors in the space; the one before goes. False when a chunk has none, as when its vector was
 * taken away meanwhile: then it is to be embedded once more. True where there is nothing left to do.
 */
export async function finishVersion(db: Kysely<Schema>, at: JobAtHand): Promise<boolean> {
  const { documentId, version } = at;
  return db.transaction().execute(async (trx) => {
    const locked = await lockDocument(trx, documentId);
    const made = await versionOf(trx, documentId, version);
    if (!locked || !made || !['embedding', 'ready'].includes(made.status)) return true;
    if (!(await isEmbedded(trx, at))) return false;
    const { document, collection } = locked;
    if (made.status === 'embedding' && document.making === version) {
      await serve(trx, at, document.serving);
      await addEvent(trx, {
        type: 'document-ready',
        collection: collection.collection,
        documentId,
        data: { key: document.key, version },
      });
    } else if (made.space_no !== at.spaceNo) {
      await markEmbedded(trx, at);
      await countChange(trx);
    }
    return true;
  });
}

async function isEmbedded(
  trx: Kysely<Schema>,
  { documentId, version, spaceNo }: JobAtHand,
): Promise<boolean> {
  const { rows } = await sql`
    select from baton.chunk own where own.document_id = ${documentId} and own.version = ${version} and not exists (
      select from baton.chunk_vector made where made.space_no = ${spaceNo} and made.chunk_no = own.chunk_no)
    limit 1`.execute(trx);
  return rows.length === 0;
}

async function serve(trx: Kysely<Schema>, at: JobAtHand, before: number | null): Promise<void> {
  const { documentId, version } = at;
  await sql`
    update baton.document_version
    set status = 'ready', done = chunks, total = chunks, ready_at = now(), updated_at = now(), space_no = ${at.spaceNo}
    where document_id = ${documentId} and version = ${version}`.execute(trx);
  await sql`
    update baton.document set serving = ${version}, making = null, updated_at = now()
    where document_id = ${documentId}`.execute(trx);
  await setLive(trx, documentId);
  if (before !== null) {
    const old = sql`document_id = ${documentId} and version = ${before}`;
    await sql`delete from baton.chunk where ${old}`.execute(trx);
    await sql`
      update baton.document_version set status = 'replaced', updated_at = now() where ${old}`.execute(trx);
  }
  await countChange(trx);
}

async function markEmbedded(trx: Kysely<Schema>, at: JobAtHand): Promise<void> {
  await sql`
    update baton.document_version set space_no = ${at.spaceNo}
    where document_id = ${at.documentId} and version = ${at.version}`.execute(trx);
}
