import { setTimeout as sleep } from 'node:timers/promises';
import type { AppContext } from '../../app-context.ts';
import type { DocumentView } from '../../knowledge/ingest/document-view.ts';
import { readDocument } from '../../knowledge/ingest/read-documents.ts';

/** How often it is looked at the document at first, and then, in milliseconds. */
const firstMs = 100;
const laterMs = 1_000;

/** The document when it is ready or failed, or as it is after so many seconds, or when whoever waits is to go. */
export async function waitForDocument(
  db: AppContext['db'],
  documentId: string,
  seconds: number,
  signal: AbortSignal,
): Promise<DocumentView> {
  const end = performance.now() + seconds * 1_000;
  let pause = firstMs;
  for (;;) {
    const document = await readDocument(db, documentId);
    const left = end - performance.now();
    if (isSettled(document) || left <= 0 || signal.aborted) return document;
    await sleep(Math.min(pause, left), undefined, { signal }).catch(() => undefined); // the client left, or the service stops
    pause = Math.min(pause * 2, laterMs);
  }
}

function isSettled({ status }: DocumentView): boolean {
  return status === 'ready' || status === 'failed';
}
