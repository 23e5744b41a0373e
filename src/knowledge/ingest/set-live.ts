import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';

/** Of one statement, so that each takes no longer than a statement may. */
const chunksAtOnce = 1_000;

/**
 * Makes what may be found of documents agree with their `serving` and `publish`: the chunks of the serving version of a published document
 * are live, and only they have postings and are counted in their collection. The one place that does; in the transaction that changes
 * any of it, which holds the documents' rows.
 */
export async function setLive(trx: Kysely<Schema>, documents: string | readonly string[]): Promise<void> {
  while ((await turnSome(trx, [documents].flat())) === chunksAtOnce);
}

async function turnSome(trx: Kysely<Schema>, documentIds: string[]): Promise<number> {
  const { rows } = await sql<{ turned: number }>`
    with wrong as (
      select own.chunk_no from baton.chunk own join baton.document held on held.document_id = own.document_id
      where held.document_id = any(${documentIds}::uuid[])
        and own.live <> coalesce(held.publish = 'published' and held.serving = own.version, false)
      limit ${chunksAtOnce}
    ), turned as (
      update baton.chunk set live = not live from wrong where chunk.chunk_no = wrong.chunk_no
      returning chunk.chunk_no, chunk.collection_no, chunk.live, chunk.language, chunk.words, chunk.terms, chunk.counts
    ), gone as (
      delete from baton.posting using (
        select collection_no, chunk_no, unnest(terms) as term from turned where not live) old
      where posting.collection_no = old.collection_no and posting.term = old.term and posting.chunk_no = old.chunk_no
    ), come as (
      insert into baton.posting (collection_no, term, chunk_no, count, words)
      select collection_no, found.term, chunk_no, found.count, words
      from turned, unnest(terms, counts) as found (term, count) where live
    ), counted as (
      update baton.collection held
      set chunks = held.chunks + summed.chunks, words = held.words + summed.words,
        languages = array(select distinct unnest(held.languages || summed.languages) order by 1)
      from (
        select collection_no, sum(case when live then 1 else -1 end) as chunks,
          sum(case when live then words else -words end) as words,
          coalesce(array_agg(distinct language) filter (where live), '{}') as languages
        from turned group by collection_no) summed
      where held.collection_no = summed.collection_no
    )
    select count(*) as turned from turned`.execute(trx);
  return rows[0]?.turned ?? 0;
}
