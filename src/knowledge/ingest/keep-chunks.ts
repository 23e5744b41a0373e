import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { Chunk } from '../chunk/chunk.ts';
import type { ChunkedDocument } from '../read/open-readers.ts';
import { type Analyzed, analyzeDocument, type Told } from './analyze-document.ts';
import type { JobAtHand } from './look-at-job.ts';

/**
 * Keeps what was read of a version, all of it in one transaction, and deletes its bytes. What has the same text as in the version that
 * serves gets its vectors from there. Does nothing where the version is not being read any more, or was kept by another.
 */
export async function keepChunks(db: Kysely<Schema>, at: JobAtHand, read: ChunkedDocument): Promise<void> {
  for (;;) {
    const owner = await ownerOf(db, at);
    if (!owner) return;
    const analyzed = await analyzeDocument(read.chunks, owner, read);
    const isKept = await db.transaction().execute(async (trx) => {
      const now = await ownerOf(trx, at, true);
      // What its owner says of it has changed meanwhile: then it is looked at again.
      if (now && (now.title !== owner.title || now.language !== owner.language)) return false;
      if (now && (await isBeingRead(trx, at))) await keep(trx, at, read, analyzed);
      return true;
    });
    if (isKept) return;
  }
}

/** What is said of the document; from then on it stays so until the transaction is over, where it is held. */
async function ownerOf(
  db: Kysely<Schema>,
  { documentId }: JobAtHand,
  hold = false,
): Promise<Required<Told> | undefined> {
  const query = db
    .selectFrom('baton.document')
    .select(['title', 'language'])
    .where('document_id', '=', documentId);
  return (hold ? query.forShare() : query).executeTakeFirst();
}

async function isBeingRead(trx: Kysely<Schema>, { documentId, version }: JobAtHand): Promise<boolean> {
  const { rows } = await sql`
    select from baton.document_version
    where document_id = ${documentId} and version = ${version} and status = 'reading' for update`.execute(
    trx,
  );
  return rows.length > 0;
}

async function keep(
  trx: Kysely<Schema>,
  at: JobAtHand,
  read: ChunkedDocument,
  analyzed: Analyzed,
): Promise<void> {
  const { documentId, version } = at;
  for (let from = 0; from < read.chunks.length; from += chunksAtOnce) {
    const rows = read.chunks
      .slice(from, from + chunksAtOnce)
      .map((chunk, index) => rowOf(at, chunk, from + index, analyzed));
    await trx.insertInto('baton.chunk').values(rows).execute();
  }
  await takeVectors(trx, at);
  const { title = null, language = null, metadata } = read;
  await trx
    .updateTable('baton.document_version')
    .set({
      status: 'embedding',
      content_id: null,
      begun: 0,
      done: 0,
      total: read.chunks.length,
      kind: read.kind,
      language: analyzed.language,
      pages: read.pages ?? null,
      chunks: read.chunks.length,
      tokens: read.chunks.reduce((sum, { tokens }) => sum + tokens, 0),
      details: JSON.stringify({ title, language, metadata }),
      updated_at: sql`now()`,
    })
    .where('document_id', '=', documentId)
    .where('version', '=', version)
    .execute();
  if (at.contentId)
    await trx.deleteFrom('baton.document_content').where('content_id', '=', at.contentId).execute();
}

const chunksAtOnce = 200;

function rowOf(at: JobAtHand, chunk: Chunk, index: number, { title, language, terms }: Analyzed) {
  const { pages, slides, sheet } = chunk;
  const found = terms[index] ?? { terms: [], counts: [], words: 0 };
  return {
    collection_no: at.collectionNo,
    document_id: at.documentId,
    version: at.version,
    position: chunk.position,
    chunk_id: chunk.id,
    text: chunk.text,
    tokens: chunk.tokens,
    title,
    headings: chunk.headings,
    place: JSON.stringify({ pages, slides, sheet }),
    language,
    ...found,
  };
}

async function takeVectors(trx: Kysely<Schema>, { documentId, version }: JobAtHand): Promise<void> {
  await sql`
    insert into baton.chunk_vector (space_no, chunk_no, embedding)
    select made.space_no, fresh.chunk_no, made.embedding
    from baton.document own
    join baton.chunk fresh on fresh.document_id = own.document_id and fresh.version = ${version}
    join baton.chunk old on old.document_id = own.document_id and old.version = own.serving
      and old.chunk_id = fresh.chunk_id and old.title is not distinct from fresh.title
    join baton.chunk_vector made on made.chunk_no = old.chunk_no
    where own.document_id = ${documentId}
    on conflict do nothing`.execute(trx);
}
