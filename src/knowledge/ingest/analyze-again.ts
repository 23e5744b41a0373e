import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { AddContext } from './add-context.ts';
import { type Analyzed, analyzeDocument, type Told } from './analyze-document.ts';
import { setLive } from './set-live.ts';

/**
 * Makes the chunks of a document that the transaction holds agree with a title or a language that has changed. Where the title did, they
 * are embedded again: until then they are found by their words.
 */
export async function analyzeAgain({ db: trx, queue }: AddContext, documentId: string): Promise<void> {
  const document = await trx
    .selectFrom('baton.document')
    .select(['title', 'language', 'serving', 'making'])
    .where('document_id', '=', documentId)
    .executeTakeFirstOrThrow();
  await serve(trx, documentId, null);
  for (const version of [document.serving, document.making]) {
    if (version === null) continue;
    const hasNewTitle = await analyzeVersion(trx, { documentId, version }, document);
    if (hasNewTitle && version === document.serving)
      await queue.addJob(trx, 'document', { documentId, version });
  }
  await serve(trx, documentId, document.serving);
}

async function serve(trx: Kysely<Schema>, documentId: string, serving: number | null): Promise<void> {
  await trx.updateTable('baton.document').set({ serving }).where('document_id', '=', documentId).execute();
  await setLive(trx, documentId);
}

interface Of {
  documentId: string;
  version: number;
}

async function analyzeVersion(trx: Kysely<Schema>, of: Of, owner: Told): Promise<boolean> {
  const { documentId, version } = of;
  const chunks = await trx
    .selectFrom('baton.chunk')
    .select(['chunk_no', 'text', 'title', 'headings'])
    .where('document_id', '=', documentId)
    .where('version', '=', version)
    .orderBy('position')
    .execute();
  if (chunks.length === 0) return false;
  const { details } = await trx
    .selectFrom('baton.document_version')
    .select('details')
    .where('document_id', '=', documentId)
    .where('version', '=', version)
    .executeTakeFirstOrThrow();
  const analyzed = await analyzeDocument(chunks, owner, details as Told); // as `keepChunks` writes it
  const { title, language } = analyzed;
  await keepAnalysis(
    trx,
    chunks.map(({ chunk_no }) => chunk_no),
    analyzed,
  );
  const isTitled = chunks.some((chunk) => chunk.title !== title);
  await trx
    .updateTable('baton.document_version')
    .set({ language, ...(isTitled && { space_no: null, begun: 0 }) })
    .where('document_id', '=', documentId)
    .where('version', '=', version)
    .execute();
  if (isTitled)
    await sql`
      delete from baton.chunk_vector where chunk_no in (
        select chunk_no from baton.chunk where document_id = ${documentId} and version = ${version})`.execute(
      trx,
    );
  return isTitled;
}

const chunksAtOnce = 200;

async function keepAnalysis(
  trx: Kysely<Schema>,
  chunkNos: number[],
  { title, language, terms }: Analyzed,
): Promise<void> {
  for (let from = 0; from < chunkNos.length; from += chunksAtOnce) {
    const rows = chunkNos.slice(from, from + chunksAtOnce).map((chunkNo, at) => {
      const found = terms[from + at];
      return sql`(${chunkNo}::bigint, ${found?.terms}::text[], ${found?.counts}::smallint[], ${found?.words}::integer)`;
    });
    await sql`
      update baton.chunk set terms = made.terms, counts = made.counts, words = made.words,
        title = ${title}, language = ${language}
      from (values ${sql.join(rows)}) as made (chunk_no, terms, counts, words)
      where chunk.chunk_no = made.chunk_no`.execute(trx);
  }
}
