import { setTimeout as sleep } from 'node:timers/promises';
import { isEmbedded } from '../../db/is-embedded.ts';
import { sweepChunkIndexes } from '../../knowledge/embed/chunk-index.ts';
import { carryOutDocument } from '../../knowledge/ingest/carry-out-document.ts';
import type { DocumentView } from '../../knowledge/ingest/document-view.ts';
import { listVersions, readDocument } from '../../knowledge/ingest/read-documents.ts';
import type { KnowledgeContext } from '../with-knowledge.ts';
import { type HearProgress, IngestError } from './target.ts';

/** How often a document that is worked off is looked at, in milliseconds. */
const lookEvery = 500;

/** Works a document off where that is still to be done; where another process does it, waits for that. */
export async function untilReady(
  context: KnowledgeContext,
  document: DocumentView,
  signal: AbortSignal,
  hear: HearProgress = () => undefined,
): Promise<DocumentView> {
  let view = document;
  const tell = async () => {
    const { progress } = await readDocument(context.db, document.id);
    hear(progress.done, progress.total);
  };
  const look = setInterval(() => void tell().catch(() => undefined), lookEvery); // whoever works it off hears of what is wrong
  try {
    while (view.status !== 'ready' && view.status !== 'failed') {
      const { versions } = await listVersions(context.db, document.id, { limit: 1 });
      const [newest] = versions;
      if (newest)
        await carryOutDocument({ ...context, signal }, { documentId: document.id, version: newest.version });
      signal.throwIfAborted();
      view = await readDocument(context.db, document.id);
      if (view.status !== 'ready' && view.status !== 'failed') await sleep(lookEvery, undefined, { signal });
    }
  } finally {
    clearInterval(look);
  }
  if (view.status === 'failed') throw new IngestError(view.error?.message ?? 'It cannot be read.');
  if (isEmbedded(context.db)) await sweepChunkIndexes(context.db); // nobody else is there who would
  return view;
}
