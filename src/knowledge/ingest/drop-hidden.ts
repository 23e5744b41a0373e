import type { Kysely, Selectable } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { DocumentTable, PublishState } from '../../db/tables/knowledge-tables.ts';
import { endVersion, versionOf } from './lock-document.ts';

/**
 * Other content that is to be found in the place of what was not: what was not is never found, neither until the other is ready nor when
 * it fails. Ends the version that serves where a document that is not published becomes so with content of another hash.
 */
export async function dropHidden(
  trx: Kysely<Schema>,
  document: Selectable<DocumentTable>,
  publish: PublishState | undefined,
  hash: string,
): Promise<void> {
  const { document_id, serving } = document;
  if (serving === null || document.publish === 'published' || publish !== 'published') return;
  const served = await versionOf(trx, document_id, serving);
  if (served?.content_hash === hash) return;
  await endVersion(trx, document_id, serving);
  document.serving = null;
  await trx
    .updateTable('baton.document')
    .set({ serving: null })
    .where('document_id', '=', document_id)
    .execute();
}
