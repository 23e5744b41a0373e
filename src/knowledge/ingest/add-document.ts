import type { Kysely, Selectable } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { CollectionTable } from '../../db/tables/knowledge-tables.ts';
import { CallerError } from '../../errors.ts';
import { checkWords } from '../collections/check-words.ts';
import { noCollection } from '../collections/collections.ts';
import { addEvent } from '../events/add-event.ts';
import type { AddContext } from './add-context.ts';
import { applyFields } from './apply-fields.ts';
import { checkDocumentKey, checkFields } from './check-document.ts';
import type { DocumentFields, DocumentView } from './document-view.ts';
import { dropHidden } from './drop-hidden.ts';
import { isThere, makeVersion, settingsOf } from './make-version.ts';
import { readDocument } from './read-documents.ts';
import { dropContent, keepRest, type TakenContent, takeContent } from './take-content.ts';

export interface NewDocument extends DocumentFields {
  /** What its owner calls it, such as a path or an address: who has a document under it changes that one. At most 1,000 bytes. */
  key: string;
  content: Uint8Array | AsyncIterable<Uint8Array>;
  contentType?: string | undefined;
  /** 50 MiB unless given. */
  maxBytes?: number | undefined;
}

export interface AddedDocument {
  document: DocumentView;
  outcome: 'added' | 'changed' | 'unchanged';
}

/**
 * Takes a document in, as it comes, and has it worked off; until that is done, what it was before is searched. The same content with the
 * same settings is `unchanged`: then only what is said of it may change. A version that failed for what the document is counts as there; one
 * that failed for other reasons is made again.
 *
 * Rejects with a `CallerError` `not-found`, `invalid-request` or `too-large`, and with the error of the bytes when they break off; then nothing
 * has changed.
 */
export async function addDocument(
  { db, queue }: AddContext,
  collection: string,
  doc: NewDocument,
): Promise<AddedDocument> {
  const key = checkDocumentKey(doc.key);
  const fields = checkFields(doc);
  const contentType = doc.contentType === undefined ? null : checkWords(doc.contentType, 'content_type', 300);
  await mustBeThere(db, collection);
  const content = await takeContent(db, doc.content, doc.maxBytes ?? mostBytes);
  try {
    const { documentId, outcome } = await db
      .transaction()
      .execute((trx) => place({ db: trx, queue }, { collection, key, fields, contentType, content }));
    if (outcome === 'unchanged') await dropContent(db, content);
    return { document: await readDocument(db, documentId), outcome };
  } catch (error) {
    await dropContent(db, content).catch(() => undefined); // the first error says more, and what is left is swept
    throw error;
  }
}

const mostBytes = 50 * 1024 * 1024;

interface Placed {
  collection: string;
  key: string;
  fields: DocumentFields;
  contentType: string | null;
  content: TakenContent;
}

/** Before many bytes are taken for nothing. */
async function mustBeThere(db: Kysely<Schema>, collection: string): Promise<void> {
  const found = await db
    .selectFrom('baton.collection')
    .select('collection_no')
    .where('collection', '=', collection)
    .executeTakeFirst();
  if (!found) throw noCollection(collection);
}

async function place({ db: trx, queue }: AddContext, placed: Placed) {
  const { key, fields, contentType, content } = placed;
  const collection = await holdCollection(trx, placed.collection);
  const { document, isNew } = await findOrMake(trx, collection, key);
  const name = fields.name === undefined ? document.name : fields.name;
  const settings = settingsOf(collection, name ?? key, contentType);
  const documentId = document.document_id;
  const isSame = !isNew && (await isThere(trx, document, content.hash, settings));
  await dropHidden(trx, document, fields.publish, content.hash);
  // Said of it before it is read, so that it is read with that.
  await applyFields({ db: trx, queue }, { collection, document }, fields);
  if (isSame) return { documentId, outcome: 'unchanged' as const };
  await keepRest(trx, content);
  const version = await makeVersion(trx, document, { content, contentType, settings });
  await queue.addJob(trx, 'document', { documentId, version });
  await addEvent(trx, {
    type: 'document-added',
    collection: collection.collection,
    documentId,
    data: { key, version },
  });
  return { documentId, outcome: isNew ? ('added' as const) : ('changed' as const) };
}

/** It stays as long as the transaction does. */
async function holdCollection(trx: Kysely<Schema>, name: string): Promise<Selectable<CollectionTable>> {
  const found = await trx
    .selectFrom('baton.collection')
    .selectAll()
    .where('collection', '=', name)
    .forKeyShare()
    .executeTakeFirst();
  if (!found) throw noCollection(name);
  return found;
}

/** Two who bring one key at once come one after the other. */
async function findOrMake(trx: Kysely<Schema>, { collection_no }: Selectable<CollectionTable>, key: string) {
  const made = await trx
    .insertInto('baton.document')
    .values({ collection_no, key, metadata: '{}' })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
  if (made) return { document: made, isNew: true };
  const found = await trx
    .selectFrom('baton.document')
    .selectAll()
    .where('collection_no', '=', collection_no)
    .where('key', '=', key)
    .forUpdate()
    .executeTakeFirst();
  if (!found) throw new CallerError('conflict', `The document ${key} was deleted just now: add it again.`);
  return { document: found, isNew: false };
}
