import { createHash, randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { CallerError } from '../../errors.ts';

/** Bytes that were taken in. The last of them are not kept yet. */
export interface TakenContent {
  contentId: string;
  bytes: number;
  /** SHA-256, hexadecimal. */
  hash: string;
  /** How many parts are kept. */
  kept: number;
  rest: Buffer;
}

/** What is kept at a time, and the most that is in memory. */
const partBytes = 1024 * 1024;

/**
 * Takes bytes in as they come, part by part, each in a transaction of its own: whoever sends them may be slow. What breaks off, or is more
 * than `maxBytes` (`CallerError` `too-large`), leaves nothing. To be ended with `keepRest` or `dropContent`.
 */
export async function takeContent(
  db: Kysely<Schema>,
  content: Uint8Array | AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<TakenContent> {
  const taken: TakenContent = { contentId: randomUUID(), bytes: 0, hash: '', kept: 0, rest: Buffer.alloc(0) };
  const hash = createHash('sha256');
  let waiting: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of piecesOf(content)) {
      if (length + piece.length > partBytes) {
        await keepPart(db, taken, Buffer.concat(waiting));
        waiting = [];
        length = 0;
      }
      taken.bytes += piece.length;
      if (taken.bytes > maxBytes)
        throw new CallerError('too-large', `The document has more than ${maxBytes} bytes.`);
      hash.update(piece);
      waiting.push(piece);
      length += piece.length;
    }
  } catch (error) {
    await dropContent(db, taken).catch(() => undefined); // the first error says more, and what is left is swept
    throw error;
  }
  return { ...taken, hash: hash.digest('hex'), rest: Buffer.concat(waiting) };
}

/** Keeps what is left, in the transaction that makes the content a version's. */
export async function keepRest(trx: Kysely<Schema>, taken: TakenContent): Promise<void> {
  await keepPart(trx, taken, taken.rest);
}

export async function dropContent(
  db: Kysely<Schema>,
  { contentId, kept }: Pick<TakenContent, 'contentId' | 'kept'>,
): Promise<void> {
  if (kept > 0) await db.deleteFrom('baton.document_content').where('content_id', '=', contentId).execute();
}

/** None longer than a part. */
async function* piecesOf(content: Uint8Array | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const bytes of content instanceof Uint8Array ? [content] : content)
    for (let at = 0; at < bytes.length; at += partBytes) yield bytes.subarray(at, at + partBytes);
}

/** As base64, which embedded Postgres takes in a tenth of the time that bytes take it. */
async function keepPart(db: Kysely<Schema>, taken: TakenContent, bytes: Buffer): Promise<void> {
  await sql`
    with content as (
      insert into baton.document_content (content_id) values (${taken.contentId})
      on conflict (tenant_id, content_id) do update set touched_at = now())
    insert into baton.document_part (content_id, part, bytes)
    values (${taken.contentId}, ${taken.kept}, decode(${bytes.toString('base64')}, 'base64'))`.execute(db);
  taken.kept += 1;
}
