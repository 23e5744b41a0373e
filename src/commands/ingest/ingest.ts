import { errorMessage } from '../../errors.ts';
import { type Bringing, bringOne } from './bring-one.ts';
import type { IngestOptions, IngestShow } from './ingest-options.ts';
import { prune } from './prune.ts';
import { emptySummary, type Summary } from './summary.ts';
import { type GivenDocument, IngestError, type IngestTarget } from './target.ts';

/** How many documents in a row may fail for reasons that are not theirs, before the rest is left for another time. */
const mostTroubles = 5;

/**
 * Brings documents to a collection, several at once, and tells what became of each. One that fails is no hindrance to others; what
 * is in the way of all ends it, as the signal does, and what was brought by then stays. Brought again, the rest follows.
 */
export async function ingest(
  target: IngestTarget,
  documents: AsyncIterator<GivenDocument>,
  options: IngestOptions,
  show: IngestShow,
  signal: AbortSignal,
): Promise<Summary> {
  const began = performance.now();
  const summary = emptySummary(options);
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const around = { options, summary, show, signal: either };
  if (!options.dryRun) summary.made = await target.makeCollection(options);
  const fail = countTroubles(around, stop);
  await Promise.all(
    Array.from({ length: options.concurrency }, () => bringAll(target, documents, around, fail)),
  );
  if (signal.aborted) summary.stopped = 'Interrupted: what is left follows when it is run again.';
  if (!either.aborted) await prune(target, options, summary, show);
  summary.seconds = Math.round(performance.now() - began) / 1_000;
  return summary;
}

/** One after another, until there is no more; others do the same beside. */
async function bringAll(
  target: IngestTarget,
  documents: AsyncIterator<GivenDocument>,
  around: Bringing,
  tell: (name: string, error?: unknown) => void,
): Promise<void> {
  const { signal, show } = around;
  while (!signal.aborted) {
    const next = await documents.next().catch((error: unknown) => {
      if (!signal.aborted) throw error; // a site that is walked ends with the signal's reason
    });
    if (!next || next.done) return;
    const { key } = next.value;
    show.begin(key);
    await bringOne(target, next.value, around).then(
      () => tell(key),
      (error: unknown) => tell(key, error),
    );
  }
}

/** Hears of each document that was brought, and of each that failed with the error; ends the rest when too many fail for what is not theirs. */
function countTroubles({ summary, show, signal }: Bringing, stop: AbortController) {
  let troubles = 0;
  return (name: string, error?: unknown): void => {
    if (signal.aborted) return;
    troubles = error === undefined || isOfDocument(error) ? 0 : troubles + 1;
    if (error === undefined) return;
    const why = errorMessage(error);
    summary.failed.push({ name, why });
    show.end(name, 'failed', { why });
    if (troubles < mostTroubles) return;
    summary.stopped = `${mostTroubles} documents in a row failed: the rest is left.`;
    stop.abort();
  };
}

/** Whether others may do better. */
function isOfDocument(error: unknown): boolean {
  const { code } = error as { code?: unknown }; // of a file's error, where it is one
  return error instanceof IngestError || (typeof code === 'string' && fileCodes.has(code));
}

const fileCodes = new Set(['EACCES', 'EPERM', 'ENOENT', 'EISDIR', 'EIO']);
