import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import { toSql } from 'pgvector/kysely';
import type { Schema } from '../../../src/db/schema.ts';
import type { PublishState } from '../../../src/db/tables/knowledge-tables.ts';
import { setLive } from '../../../src/knowledge/ingest/set-live.ts';
import { analyzeChunk } from '../../../src/knowledge/terms/analyze-chunk.ts';
import type { JsonObject } from '../../../src/message.ts';
import type { Embedder } from '../../../src/model/embedder.ts';

export interface PutDocument {
  key: string;
  texts: string[];
  title?: string;
  headings?: string[];
  language?: string;
  tags?: string[];
  metadata?: JsonObject;
  publish?: PublishState;
}

/** A collection as ingestion leaves it, with the vectors of an embedder where one is given. */
export async function putCollection(
  db: Kysely<Schema>,
  collection: string,
  documents: PutDocument[],
  embedder?: Embedder,
): Promise<{ collectionNo: number; ids: Map<string, string> }> {
  return db.transaction().execute(async (trx) => {
    const { collection_no } = await trx
      .insertInto('baton.collection')
      .values({ collection, chunk_tokens: 400, overlap_tokens: 0, webhook: null, space_no: null })
      .returning('collection_no')
      .executeTakeFirstOrThrow();
    const space = embedder && (await putSpace(trx, collection_no, embedder));
    const ids = new Map<string, string>();
    for (const document of documents) {
      const { document_id, chunks } = await putDocument(trx, collection_no, document);
      ids.set(document.key, document_id);
      if (embedder && space !== undefined) await putVectors(trx, embedder, space, chunks);
    }
    await setLive(trx, [...ids.values()]);
    return { collectionNo: collection_no, ids };
  });
}

async function putSpace(trx: Kysely<Schema>, collectionNo: number, embedder: Embedder): Promise<number> {
  const { model, dimensions } = embedder;
  const { space_no } = await trx
    .insertInto('baton.embedding_space')
    .values({ collection_no: collectionNo, model, dimensions })
    .returning('space_no')
    .executeTakeFirstOrThrow();
  await trx
    .updateTable('baton.collection')
    .set({ space_no })
    .where('collection_no', '=', collectionNo)
    .execute();
  return space_no;
}

async function putDocument(trx: Kysely<Schema>, collectionNo: number, document: PutDocument) {
  const {
    key,
    texts,
    title,
    headings = [],
    language = 'en',
    tags = [],
    metadata = {},
    publish = 'published',
  } = document;
  const { document_id } = await trx
    .insertInto('baton.document')
    .values({
      collection_no: collectionNo,
      key,
      name: null,
      title: title ?? null,
      url: null,
      language: null,
      tags,
      metadata: JSON.stringify(metadata),
      publish,
      serving: 1,
      making: null,
    })
    .returning('document_id')
    .executeTakeFirstOrThrow();
  await trx
    .insertInto('baton.document_version')
    .values({
      document_id,
      version: 1,
      content_id: null,
      content_hash: 'hash',
      bytes: 0,
      content_type: null,
      settings: '',
      status: 'ready',
      language,
      details: '{}',
    })
    .execute();
  const chunks = await trx
    .insertInto('baton.chunk')
    .values(
      texts.map((text, position) => ({
        collection_no: collectionNo,
        document_id,
        version: 1,
        position,
        chunk_id: createHash('sha256').update(`${key} ${position} ${text}`).digest('hex').slice(0, 32),
        text,
        tokens: 1,
        title: title ?? null,
        headings,
        place: '{}',
        language,
        ...analyzeChunk({ text, title, headings }, language),
      })),
    )
    .returning(['chunk_no', 'text', 'title'])
    .execute();
  return { document_id, chunks };
}

async function putVectors(
  trx: Kysely<Schema>,
  embedder: Embedder,
  space: number,
  chunks: { chunk_no: number; text: string; title: string | null }[],
): Promise<void> {
  const vectors = await embedder.embed(
    chunks.map(({ title, text }) => (title === null ? text : `${title}\n${text}`)),
  );
  await trx
    .insertInto('baton.chunk_vector')
    .values(
      chunks.map(({ chunk_no }, index) => ({
        space_no: space,
        chunk_no,
        embedding: String(toSql(vectors[index] ?? [])),
      })),
    )
    .execute();
}
