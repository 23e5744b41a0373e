import { type Kysely, sql } from 'kysely';
import { toSql } from 'pgvector/kysely';
import type { Schema } from '../../db/schema.ts';
import { type ChunkEmbedder, embedHalving } from './embed-halving.ts';
import { textToEmbed } from './text-to-embed.ts';

export interface VersionToEmbed {
  documentId: string;
  version: number;
  spaceNo: number;
}

export interface EmbedOptions {
  signal: AbortSignal;
  /** Hears how many chunks lack a vector, from the beginning on; whoever returns false ends the work. */
  onLeft?: (left: number) => boolean;
}

/** In one request to the embedder. A chunk is at most 8,000 tokens. */
const batch = { chunks: 64, tokens: 16_000 };

/**
 * Embeds the chunks of a version that have no vector in a space, batch by batch, each kept at once: whoever goes on after a crash, or does it
 * at the same time, doubles and loses none. False when the version, the space or the wish for it is gone. Rejects as the embedder does, and
 * with the signal's reason.
 */
export async function embedVersion(
  db: Kysely<Schema>,
  embedder: ChunkEmbedder,
  of: VersionToEmbed,
  { signal, onLeft = () => true }: EmbedOptions,
): Promise<boolean> {
  let left = await countLeft(db, of);
  for (let after = -1; ; ) {
    signal.throwIfAborted();
    if (!onLeft(Math.max(0, left))) return false;
    const chunks = await nextChunks(db, of, after);
    const last = chunks.at(-1);
    if (!last) return true;
    const vectors = await embedHalving(embedder, chunks.map(textToEmbed), signal);
    const numbers = chunks.map(({ chunk_no }) => chunk_no);
    if (!(await keepVectors(db, of, numbers, vectors))) return false;
    after = last.position;
    left -= chunks.length;
  }
}

interface ChunkToEmbed {
  chunk_no: number;
  position: number;
  text: string;
  tokens: number;
  title: string | null;
  headings: string[];
}

function lacking({ documentId, version, spaceNo }: VersionToEmbed) {
  return sql`baton.chunk own where own.document_id = ${documentId} and own.version = ${version} and not exists (
    select from baton.chunk_vector made where made.space_no = ${spaceNo} and made.chunk_no = own.chunk_no)`;
}

async function countLeft(db: Kysely<Schema>, of: VersionToEmbed): Promise<number> {
  const { rows } = await sql<{ left: number }>`select count(*) as left from ${lacking(of)}`.execute(db);
  return rows[0]?.left ?? 0;
}

async function nextChunks(db: Kysely<Schema>, of: VersionToEmbed, after: number): Promise<ChunkToEmbed[]> {
  const { rows } = await sql<ChunkToEmbed>`
    select own.chunk_no, own.position, own.text, own.tokens, own.title, own.headings from ${lacking(of)}
      and own.position > ${after}
    order by own.position limit ${batch.chunks}`.execute(db);
  let tokens = 0;
  const fitting = rows.findIndex((chunk, at) => {
    tokens += chunk.tokens;
    return at > 0 && tokens > batch.tokens;
  });
  return fitting < 0 ? rows : rows.slice(0, fitting);
}

/** Of those chunks that are still there. False when the space is gone, or all of the chunks. */
function keepVectors(
  db: Kysely<Schema>,
  { spaceNo }: VersionToEmbed,
  chunks: number[],
  vectors: number[][],
): Promise<boolean> {
  const texts = vectors.map((vector) => String(toSql(vector)));
  return db.transaction().execute(async (trx) => {
    const space = await sql`
      select from baton.embedding_space where space_no = ${spaceNo} for key share`.execute(trx);
    if (space.rows.length === 0) return false;
    const { rows } = await sql`
      with kept as (
        select chunk_no from baton.chunk where chunk_no = any(${chunks}::bigint[]) order by chunk_no for key share
      ), put as (
        insert into baton.chunk_vector (space_no, chunk_no, embedding)
        select ${spaceNo}, chunk_no, made.embedding::halfvec
        from unnest(${chunks}::bigint[], ${texts}::text[]) as made (chunk_no, embedding) join kept using (chunk_no)
        on conflict do nothing)
      select from kept`.execute(trx);
    return rows.length > 0;
  });
}
