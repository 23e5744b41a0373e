import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../src/db/schema.ts';
import type { Chunk } from '../../src/knowledge/chunk/chunk.ts';
import type { ChunkEmbedder } from '../../src/knowledge/embed/embed-halving.ts';
import { carryOutDocument } from '../../src/knowledge/ingest/carry-out-document.ts';
import { keepChunks } from '../../src/knowledge/ingest/keep-chunks.ts';
import { lookAtJob } from '../../src/knowledge/ingest/look-at-job.ts';
import type { Readers } from '../../src/knowledge/read/open-readers.ts';
import { openLog } from '../../src/log.ts';
import type { Article } from './passages.ts';

/**
 * Makes an article a document, each of its passages a chunk, by what works off documents, but for the reading. Its key is what the ids of
 * its passages begin with; one document in a hundred has the same `shard`.
 */
export async function loadArticle(
  db: Kysely<Schema>,
  embedder: ChunkEmbedder,
  collection: string,
  article: Article & { shard: number },
): Promise<void> {
  const documentId = await addRow(db, collection, article);
  const at = await lookAtJob(db, { documentId, version: 1 });
  if (!at) throw new Error('The document is gone.');
  const chunks = article.passages.map(({ text }, position) => chunkOf(article.title, text, position));
  await keepChunks(db, at, { kind: 'text', metadata: {}, chunks });
  await carryOutDocument({ db, embedder, readers: noReaders, log }, { documentId, version: 1 });
}

async function addRow(
  db: Kysely<Schema>,
  collection: string,
  { title, shard, passages }: Article & { shard: number },
): Promise<string> {
  const { rows } = await sql<{ document_id: string }>`
    with made as (
      insert into baton.document (collection_no, key, title, metadata, making)
      select collection_no, ${keyOf(passages[0]?.id ?? title)}, ${title}, ${JSON.stringify({ shard })}::jsonb, 1
      from baton.collection where collection = ${collection} returning document_id
    ), version as (
      insert into baton.document_version (document_id, version, content_hash, bytes, settings, status)
      select document_id, 1, 'none', 0, 'none', 'reading' from made
    ) select document_id from made`.execute(db);
  return rows[0]?.document_id ?? '';
}

/** Of a document, from the id of one of its passages. */
export function keyOf(passage: string): string {
  return passage.slice(0, passage.lastIndexOf('#'));
}

function chunkOf(title: string, text: string, position: number): Chunk {
  const id = createHash('sha256').update(`${title}\n${text}`).digest('hex').slice(0, 32);
  return { id, position, text, tokens: Math.ceil(text.length / 4), title, headings: [] };
}

const log = openLog('silent', false);

const noReaders: Readers = {
  readDocument: refuse,
  readChunks: refuse,
  findLinks: refuse,
  close: async () => undefined,
};

function refuse(): never {
  throw new Error('It is read already.');
}
