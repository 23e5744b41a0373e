import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { CallerError } from '../../errors.ts';
import { addEvent } from '../events/add-event.ts';
import { dropSome } from '../ingest/drop-documents.ts';
import {
  checkChunkLimits,
  checkCollectionName,
  checkDescription,
  checkMetric,
  checkWebhook,
} from './check-collection.ts';
import {
  type ChunkLimits,
  type Collection,
  type CollectionChange,
  defaultChunks,
  type NewCollection,
} from './collection.ts';
import { countChange } from './knowledge-version.ts';
import { showCollections } from './show-collections.ts';

/** Rejects with a `CallerError`: `invalid-request` says what is wrong, `conflict` that there is one of this name. */
export async function createCollection(
  db: Kysely<Schema>,
  collection: NewCollection,
  defaults: ChunkLimits = defaultChunks,
): Promise<Collection> {
  const { name, metric = 'cosine', webhook = null } = collection;
  checkCollectionName(name);
  checkMetric(metric);
  checkWebhook(webhook);
  const description = checkDescription(collection.description) ?? '';
  const limits = chunkLimitsOf(collection, defaults);
  return db.transaction().execute(async (trx) => {
    const made = await trx
      .insertInto('baton.collection')
      .values({
        collection: name,
        description,
        metric,
        chunk_tokens: limits.chunkTokens,
        overlap_tokens: limits.overlapTokens,
        webhook,
        space_no: null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('collection')
      .executeTakeFirst();
    if (!made) throw new CallerError('conflict', `There is a collection ${name} already.`);
    await addEvent(trx, { type: 'collection-created', collection: name });
    return readCollection(trx, name);
  });
}

/** Rejects with a `CallerError` `not-found`, as all of these. */
export async function readCollection(db: Kysely<Schema>, name: string): Promise<Collection> {
  const [found] = await showCollections(db, name);
  if (!found) throw noCollection(name);
  return found;
}

/** By name. */
export function listCollections(db: Kysely<Schema>): Promise<Collection[]> {
  return showCollections(db);
}

/** The names of the first so many, by name. */
export async function nameCollections(db: Kysely<Schema>, most: number): Promise<string[]> {
  const rows = await db
    .selectFrom('baton.collection')
    .select('collection')
    .orderBy('collection')
    .limit(most)
    .execute();
  return rows.map(({ collection }) => collection);
}

/** See `CollectionChange`. */
export async function changeCollection(
  db: Kysely<Schema>,
  name: string,
  change: CollectionChange,
): Promise<Collection> {
  const description = checkDescription(change.description);
  checkWebhook(change.webhook);
  return db.transaction().execute(async (trx) => {
    await sql`select from baton.collection where collection = ${name} for no key update`.execute(trx);
    const limits = chunkLimitsOf(change, await readCollection(trx, name));
    await trx
      .updateTable('baton.collection')
      .set({
        ...(description !== undefined && { description }),
        ...(change.webhook !== undefined && { webhook: change.webhook }),
        chunk_tokens: limits.chunkTokens,
        overlap_tokens: limits.overlapTokens,
        updated_at: sql`now()`,
      })
      .where('collection', '=', name)
      .execute();
    return readCollection(trx, name);
  });
}

/**
 * With all that is in it, some documents at a time, so that nobody waits for long; a large one takes a while. Who is interrupted deletes it
 * again: what is gone by then stays gone.
 */
export async function deleteCollection(db: Kysely<Schema>, name: string): Promise<void> {
  const { collection_no: collectionNo } = await db
    .selectFrom('baton.collection')
    .select('collection_no')
    .where('collection', '=', name)
    .executeTakeFirstOrThrow(() => noCollection(name));
  const drop = () => db.transaction().execute((trx) => dropSome(trx, collectionNo));
  const deleteRest = () => db.transaction().execute((trx) => deleteEmpty(trx, collectionNo));
  do {
    while ((await drop()) > 0);
  } while (!(await deleteRest()));
}

/** False when a document has come meanwhile; while the collection is held, none can. */
async function deleteEmpty(trx: Kysely<Schema>, collectionNo: number): Promise<boolean> {
  const held = await trx
    .selectFrom('baton.collection')
    .select('collection')
    .where('collection_no', '=', collectionNo)
    .forUpdate()
    .executeTakeFirst();
  if (!held) return true;
  const document = await trx
    .selectFrom('baton.document')
    .select('document_id')
    .where('collection_no', '=', collectionNo)
    .limit(1)
    .executeTakeFirst();
  if (document) return false;
  await addEvent(trx, { type: 'collection-deleted', collection: held.collection });
  await trx.deleteFrom('baton.collection').where('collection_no', '=', collectionNo).execute();
  await countChange(trx);
  return true;
}

/** What was not given stays, or is the default; an overlap that does not fit any more and was not asked for becomes as long as it may be. */
function chunkLimitsOf(given: Partial<NewCollection>, otherwise: ChunkLimits): ChunkLimits {
  const chunkTokens = given.chunkTokens ?? otherwise.chunkTokens;
  const fitting = Math.min(otherwise.overlapTokens, Math.floor(chunkTokens / 2));
  const limits = { chunkTokens, overlapTokens: given.overlapTokens ?? fitting };
  checkChunkLimits(limits);
  return limits;
}

/** The error of a collection that is not there. */
export function noCollection(name: string): CallerError {
  return new CallerError('not-found', `There is no collection ${name}.`);
}
