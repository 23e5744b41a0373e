import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { addEvent } from '../events/add-event.ts';
import type { DocumentJob } from './document-job.ts';
import { lockDocument } from './lock-document.ts';

/** Ends the making of a version for a reason that its owner is shown; what served before goes on serving. */
export async function failDocument(
  db: Kysely<Schema>,
  { documentId, version }: DocumentJob,
  { code, message }: { code: string; message: string },
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const locked = await lockDocument(trx, documentId);
    if (locked?.document.making !== version) return;
    const { rows } = await sql`
      update baton.document_version
      set status = 'failed', error_code = ${code}, error_message = ${message}, updated_at = now()
      where document_id = ${documentId} and version = ${version} and status in ('waiting', 'reading', 'embedding')
      returning version`.execute(trx);
    if (rows.length === 0) return;
    await addEvent(trx, {
      type: 'document-failed',
      collection: locked.collection.collection,
      documentId,
      data: { key: locked.document.key, version, code },
    });
  });
}
