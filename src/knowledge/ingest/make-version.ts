import path from 'node:path';
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { CollectionTable, DocumentTable } from '../../db/tables/knowledge-tables.ts';
import { endVersion, versionOf } from './lock-document.ts';
import type { TakenContent } from './take-content.ts';

/** What the chunks of a content depend on beside it. A new way of reading is a new number. */
export function settingsOf(
  collection: Selectable<CollectionTable>,
  name: string,
  contentType: string | null,
): string {
  const { chunk_tokens, overlap_tokens } = collection;
  return JSON.stringify([1, chunk_tokens, overlap_tokens, path.extname(name).toLowerCase(), contentType]);
}

/** Whether a document has this content, or will have it. One that is brought back while another is made is wanted again, and the other is not. */
export async function isThere(
  trx: Kysely<Schema>,
  { document_id, serving, making }: Selectable<DocumentTable>,
  hash: string,
  settings: string,
): Promise<boolean> {
  const is = (version: Awaited<ReturnType<typeof versionOf>>) =>
    version?.content_hash === hash && version.settings === settings;
  const made = await versionOf(trx, document_id, making);
  if (is(made))
    return !(made?.status === 'failed' && made.error_code !== null && passing.has(made.error_code));
  if (!is(await versionOf(trx, document_id, serving))) return false;
  if (making !== null) {
    await endVersion(trx, document_id, making);
    await trx
      .updateTable('baton.document')
      .set({ making: null })
      .where('document_id', '=', document_id)
      .execute();
  }
  return true;
}

/** Failures that are not the document's. */
const passing = new Set(['not-embedded', 'internal']);

/** A new version that is waited for, in the place of one that was. */
export async function makeVersion(
  trx: Kysely<Schema>,
  { document_id, making }: Selectable<DocumentTable>,
  { content, contentType, settings }: { content: TakenContent; contentType: string | null; settings: string },
): Promise<number> {
  if (making !== null) await endVersion(trx, document_id, making);
  const { rows } = await sql<{ version: number }>`
    insert into baton.document_version (document_id, version, content_id, content_hash, bytes, content_type, settings)
    select ${document_id}, coalesce(max(version), 0) + 1, ${content.contentId}::uuid, ${content.hash}, ${content.bytes}::bigint,
      ${contentType}, ${settings}
    from baton.document_version where document_id = ${document_id}
    returning version`.execute(trx);
  const version = rows[0]?.version ?? 1;
  await trx
    .updateTable('baton.document')
    .set({ making: version, updated_at: sql`now()` })
    .where('document_id', '=', document_id)
    .execute();
  return version;
}
