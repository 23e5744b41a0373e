import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { Logger } from '../../log.ts';
import { asService, inTenant } from '../../tenancy.ts';
import { dropOldSpaces } from './drop-spaces.ts';
import type { ChunkEmbedder } from './embed-halving.ts';
import { embedVersion } from './embed-version.ts';
import { findSpace } from './find-space.ts';
import { moveToSpace } from './move-to-space.ts';

export interface FillContext {
  db: Kysely<Schema>;
  embedder: ChunkEmbedder;
  log: Logger;
  /**
   * When this process began. A space that was made since then is of a process with a newer config: its model stays, and while processes
   * with two configs run beside each other, they do not undo each other's work.
   */
  since: Date;
  signal: AbortSignal;
}

/**
 * Gives every collection what the embedder has to give: where another model serves, a space of this one is filled while the old one serves,
 * and then takes its place; where this one serves, documents that others brought are embedded. Goes on where it was left. Several
 * processes may do it at once; each takes the collections that no other is at. Where one cannot be embedded, as when a tenant's budget is
 * spent, the others are all the same; then rejects as the first. Rejects with the signal's reason.
 */
export async function fillSpaces(context: FillContext): Promise<void> {
  const { db, signal } = context;
  const errors: unknown[] = [];
  for (const { tenant_id, collection_no } of await asService(() => collectionsToFill(context))) {
    signal.throwIfAborted();
    try {
      await inTenant(tenant_id, () => fillCollection(context, collection_no)); // who has it pays for it
    } catch (error) {
      errors.push(error);
    }
  }
  await dropOldSpaces(db);
  if (errors.length > 0) throw errors[0];
}

interface ToFill {
  tenant_id: string;
  collection_no: number;
}

async function collectionsToFill({ db, embedder, since }: FillContext): Promise<ToFill[]> {
  const { model, dimensions } = embedder;
  const isOurs = sql`(serves.model = ${model} and ${dimensions} in (0, serves.dimensions))`;
  const { rows } = await sql<ToFill>`
    select held.tenant_id, held.collection_no from baton.collection held
    join baton.embedding_space serves on serves.space_no = held.space_no
    where not ${isOurs} and serves.created_at < ${since} or ${isOurs} and exists (
      select from baton.document own join baton.document_version version
        on version.document_id = own.document_id and version.version = own.serving
      where own.collection_no = held.collection_no and version.space_no is distinct from held.space_no)
    order by held.collection_no`.execute(db);
  return rows;
}

async function fillCollection(context: FillContext, collectionNo: number): Promise<void> {
  const { db, embedder, log, signal } = context;
  const space = await findSpace(db, embedder, collectionNo);
  if (!space || !(await claim(db, space.spaceNo))) return;
  try {
    do {
      for (let after = noDocument; ; ) {
        const next = await nextDocument(db, collectionNo, space.spaceNo, after);
        if (!next) break;
        const version = { ...next, spaceNo: space.spaceNo };
        if (await embedVersion(db, embedder, version, { signal })) await markVersion(db, version);
        if (!(await claim(db, space.spaceNo))) return;
        after = next.documentId;
      }
    } while (!(await moveToSpace(db, { collectionNo, spaceNo: space.spaceNo })));
    log.info({ collectionNo, model: embedder.model }, 'a collection is embedded with this model');
  } finally {
    await release(db, space.spaceNo).catch(() => undefined); // it lapses by itself
  }
}

/** Before every other. */
const noDocument = '00000000-0000-0000-0000-000000000000';

/** This process, among those that fill spaces. */
const self = randomUUID();

/** False while another process is at it. Whoever is renews the claim with each document. */
async function claim(db: Kysely<Schema>, spaceNo: number): Promise<boolean> {
  const { rows } = await sql`
    update baton.embedding_space set filled_by = ${self}, filled_until = now() + interval '2 minutes'
    where space_no = ${spaceNo} and (filled_by is null or filled_by = ${self} or filled_until < now())
    returning space_no`.execute(db);
  return rows.length > 0;
}

async function release(db: Kysely<Schema>, spaceNo: number): Promise<void> {
  await sql`
    update baton.embedding_space set filled_by = null
    where space_no = ${spaceNo} and filled_by = ${self}`.execute(db);
}

async function nextDocument(db: Kysely<Schema>, collectionNo: number, spaceNo: number, after: string) {
  const { rows } = await sql<{ documentId: string; version: number }>`
    select own.document_id as "documentId", version.version
    from baton.document own join baton.document_version version
      on version.document_id = own.document_id and version.version = own.serving
    where own.collection_no = ${collectionNo} and own.document_id > ${after}::uuid
      and version.space_no is distinct from ${spaceNo}::bigint
    order by own.document_id limit 1`.execute(db);
  return rows[0];
}

/** Unless a chunk lost its vector meanwhile. */
async function markVersion(
  db: Kysely<Schema>,
  { documentId, version, spaceNo }: { documentId: string; version: number; spaceNo: number },
): Promise<void> {
  await sql`
    update baton.document_version set space_no = ${spaceNo}
    where document_id = ${documentId} and version = ${version} and status = 'ready' and not exists (
      select from baton.chunk own where own.document_id = ${documentId} and own.version = ${version} and not exists (
        select from baton.chunk_vector made where made.space_no = ${spaceNo} and made.chunk_no = own.chunk_no))`.execute(
    db,
  );
}
