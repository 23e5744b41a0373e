import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../src/db/schema.ts';

/** All that searches of a tenant can meet, in words that do not depend on how it came to be: numbers and ids that are given out are left out. */
export interface KnowledgeIndex {
  documents: string[];
  chunks: string[];
  postings: string[];
  vectors: string[];
  counters: string[];
  /** Bytes and vectors that belong to nothing. */
  leftovers: string[];
}

export async function readIndex(db: Kysely<Schema>): Promise<KnowledgeIndex> {
  const lines = async (query: ReturnType<typeof sql<{ line: string }>>) =>
    (await query.execute(db)).rows.map(({ line }) => line).sort();
  const chunkOf = sql`own.key, chunk.position, chunk.chunk_id`;
  const from = sql`baton.chunk join baton.document own on own.document_id = chunk.document_id`;
  return {
    documents: await lines(sql`
      select jsonb_build_array(held.collection, own.key, own.publish, own.making is null, served.status, served.content_hash,
        served.kind, served.language, served.pages, served.chunks, served.tokens, served.details, made.status, made.error_code)::text as line
      from baton.document own join baton.collection held on held.collection_no = own.collection_no
      left join baton.document_version served on served.document_id = own.document_id and served.version = own.serving
      left join baton.document_version made on made.document_id = own.document_id and made.version = own.making`),
    chunks: await lines(sql`
      select jsonb_build_array(${chunkOf}, chunk.text, chunk.tokens, chunk.title, chunk.headings, chunk.place, chunk.language,
        chunk.terms, chunk.counts, chunk.words, chunk.live)::text as line from ${from}`),
    postings: await lines(sql`
      select jsonb_build_array(${chunkOf}, posting.term, posting.count, posting.words)::text as line
      from ${from} join baton.posting on posting.chunk_no = chunk.chunk_no and posting.collection_no = own.collection_no`),
    vectors: await lines(sql`
      select jsonb_build_array(${chunkOf}, space.model, md5(made.embedding::text))::text as line
      from ${from} join baton.chunk_vector made on made.chunk_no = chunk.chunk_no
      join baton.embedding_space space on space.space_no = made.space_no`),
    counters: await lines(sql`
      select jsonb_build_array(collection, chunks, words, languages)::text as line from baton.collection`),
    leftovers: await lines(sql`
      select 'posting ' || term as line from baton.posting
      where not exists (select from baton.chunk where chunk.chunk_no = posting.chunk_no and chunk.live)
      union all select 'content ' || content_id from baton.document_content kept
      where not exists (select from baton.document_version where document_version.content_id = kept.content_id)`),
  };
}

/** What is wrong with an index by itself: live chunks and their postings, and the counters, computed afresh. */
export async function checkIndex(db: Kysely<Schema>): Promise<string[]> {
  const { rows } = await sql<{ line: string }>`
    with expected as (
      select collection_no, term, chunk_no, count, words
      from baton.chunk, unnest(terms, counts) as found (term, count) where live
    ), kept as (select collection_no, term, chunk_no, count, words from baton.posting)
    (select 'lost ' || jsonb_build_array(lost.*)::text as line from (select * from expected except all select * from kept) lost)
    union all
    (select 'too many ' || jsonb_build_array(extra.*)::text from (select * from kept except all select * from expected) extra)
    union all
    select 'counters of ' || collection from baton.collection held, lateral (
      select count(*) as chunks, coalesce(sum(words), 0) as words, array_agg(distinct language) as languages
      from baton.chunk where chunk.collection_no = held.collection_no and live) counted
    where (held.chunks, held.words) <> (counted.chunks, counted.words)
      or exists (select unnest(counted.languages) except select unnest(held.languages))
    union all
    select 'live ' || chunk_no from baton.chunk join baton.document own on own.document_id = chunk.document_id
    where live <> coalesce(own.publish = 'published' and own.serving = chunk.version, false)`.execute(db);
  return rows.map(({ line }) => line);
}
