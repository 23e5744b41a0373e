import { type Kysely, type Selectable, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { CollectionTable, DocumentTable } from '../../db/tables/knowledge-tables.ts';
import { CallerError } from '../../errors.ts';

export interface LockedDocument {
  collection: Selectable<CollectionTable>;
  document: Selectable<DocumentTable>;
}

/**
 * A document for this transaction alone. Whoever changes a collection's counters holds the document first, and the collection only at the
 * end: so nobody waits in a circle, and adding to a collection never waits for a long document of it.
 */
export async function lockDocument(
  trx: Kysely<Schema>,
  documentId: string,
): Promise<LockedDocument | undefined> {
  const document = await trx
    .selectFrom('baton.document')
    .selectAll()
    .where('document_id', '=', documentId)
    .forUpdate()
    .executeTakeFirst();
  if (!document) return undefined;
  const collection = await trx
    .selectFrom('baton.collection')
    .selectAll()
    .where('collection_no', '=', document.collection_no)
    .executeTakeFirst();
  return collection && { collection, document };
}

/** The same for what a caller names. Rejects with a `CallerError` `not-found`. */
export async function lockNamed(trx: Kysely<Schema>, documentId: string): Promise<LockedDocument> {
  const found = isId(documentId) ? await lockDocument(trx, documentId) : undefined;
  if (!found) throw noDocument(documentId);
  return found;
}

/** What else a text is, no document has it for its id. */
export function isId(text: string): boolean {
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);
}

export function noDocument(documentId: string): CallerError {
  return new CallerError('not-found', `There is no document ${documentId}.`);
}

/** The version of a document, as it is now. */
export async function versionOf(trx: Kysely<Schema>, documentId: string, version: number | null) {
  if (version === null) return undefined;
  return trx
    .selectFrom('baton.document_version')
    .selectAll()
    .where('document_id', '=', documentId)
    .where('version', '=', version)
    .executeTakeFirst();
}

/** Ends a version that is not wanted any more: what it has by now goes. */
export async function endVersion(trx: Kysely<Schema>, documentId: string, version: number): Promise<void> {
  const of = sql`document_id = ${documentId} and version = ${version}`;
  await sql`delete from baton.chunk where ${of}`.execute(trx);
  await sql`
    delete from baton.document_content where content_id = (
      select content_id from baton.document_version where ${of})`.execute(trx);
  await sql`
    update baton.document_version set status = 'replaced', content_id = null, updated_at = now()
    where ${of}`.execute(trx);
}
