import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import { countChange } from '../collections/knowledge-version.ts';
import { addEvent } from '../events/add-event.ts';
import type { AddContext } from './add-context.ts';
import { analyzeAgain } from './analyze-again.ts';
import type { DocumentFields } from './document-view.ts';
import type { LockedDocument } from './lock-document.ts';
import { setLive } from './set-live.ts';

/** Changes what is said of a document that the transaction holds, and what may be found of it with that. */
export async function applyFields(
  { db: trx, queue }: AddContext,
  { collection, document }: LockedDocument,
  fields: DocumentFields,
): Promise<void> {
  const changed = Object.entries(fields).filter(
    ([name, value]) =>
      value !== undefined && !isDeepStrictEqual(value, document[name as keyof DocumentFields]), // as `checkFields` gives them
  );
  if (changed.length === 0) return;
  const { document_id, serving, publish } = document;
  const { tags, metadata, ...plain }: DocumentFields = Object.fromEntries(changed);
  await trx
    .updateTable('baton.document')
    .set({
      ...plain,
      ...(tags && { tags: [...tags] }),
      ...(metadata && { metadata: JSON.stringify(metadata) }),
      updated_at: sql`now()`,
    })
    .where('document_id', '=', document_id)
    .execute();
  if ('title' in plain || 'language' in plain) await analyzeAgain({ db: trx, queue }, document_id);
  if (plain.publish) await setLive(trx, document_id);
  const next = plain.publish ?? publish;
  if (serving !== null && [publish, next].includes('published')) await countChange(trx);
  if (serving !== null && next !== publish && [publish, next].includes('published'))
    await addEvent(trx, {
      type: next === 'published' ? 'document-published' : 'document-withdrawn',
      collection: collection.collection,
      documentId: document_id,
      data: { key: document.key, publish: next },
    });
}
