import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { CallerError } from '../../errors.ts';
import { addEvent } from '../events/add-event.ts';
import type { AddContext } from './add-context.ts';
import { applyFields } from './apply-fields.ts';
import { checkFields } from './check-document.ts';
import type { DocumentFields, DocumentView } from './document-view.ts';
import { removeDocuments } from './drop-documents.ts';
import { dropHidden } from './drop-hidden.ts';
import { lockNamed, versionOf } from './lock-document.ts';
import { readDocument } from './read-documents.ts';

/**
 * Changes what is said of a document, at once. After another title its chunks are embedded again in the background. Rejects with a
 * `CallerError` `not-found`, as all of these, `invalid-request` or `too-large`.
 */
export async function changeDocument(
  { db, queue }: AddContext,
  documentId: string,
  change: DocumentFields,
): Promise<DocumentView> {
  const fields = checkFields(change);
  await db.transaction().execute(async (trx) => {
    const locked = await lockNamed(trx, documentId);
    const made = await versionOf(trx, documentId, locked.document.making);
    // What is waited for is meant; what has failed is seen to have, and then what was there before is.
    if (made && made.status !== 'failed')
      await dropHidden(trx, locked.document, fields.publish, made.content_hash);
    await applyFields({ db: trx, queue }, locked, fields);
  });
  return readDocument(db, documentId);
}

/** With its versions, chunks and vectors. */
export async function deleteDocument(db: Kysely<Schema>, documentId: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { collection, document } = await lockNamed(trx, documentId);
    await addEvent(trx, {
      type: 'document-deleted',
      collection: collection.collection,
      documentId,
      data: { key: document.key },
    });
    await removeDocuments(trx, [documentId]);
  });
}

/** Begins again with a version that failed. Rejects with a `CallerError` `conflict` where none did. */
export async function retryDocument({ db, queue }: AddContext, documentId: string): Promise<DocumentView> {
  await db.transaction().execute(async (trx) => {
    const { document } = await lockNamed(trx, documentId);
    const made = await versionOf(trx, documentId, document.making);
    if (made?.status !== 'failed')
      throw new CallerError('conflict', `The document ${documentId} has not failed.`);
    await trx
      .updateTable('baton.document_version')
      .set({
        // What was read and not embedded has its chunks, and its bytes no more.
        status: made.content_id === null ? 'embedding' : 'waiting',
        error_code: null,
        error_message: null,
        begun: 0,
        done: 0,
        updated_at: sql`now()`,
      })
      .where('document_id', '=', documentId)
      .where('version', '=', made.version)
      .execute();
    await queue.addJob(trx, 'document', { documentId, version: made.version });
  });
  return readDocument(db, documentId);
}
