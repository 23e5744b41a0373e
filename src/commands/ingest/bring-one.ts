import { createHash } from 'node:crypto';
import type { IngestOptions, IngestShow } from './ingest-options.ts';
import type { Summary } from './summary.ts';
import { folderMember, type GivenDocument, type IngestTarget } from './target.ts';

export interface Bringing {
  options: IngestOptions;
  summary: Summary;
  show: IngestShow;
  signal: AbortSignal;
}

/** Brings one document, or tells what would become of it, and counts it. Rejects with the reason where it cannot be taken. */
export async function bringOne(
  target: IngestTarget,
  { folder, ...document }: GivenDocument,
  { options, summary, show, signal }: Bringing,
): Promise<void> {
  const { key } = document;
  if (options.dryRun) {
    const outcome = compare(await target.hashOf(key), await digest(document.open()));
    summary[outcome]++;
    return show.end(key, outcome, {});
  }
  const { tags, metadata, language, publish } = options;
  const told = {
    ...document,
    tags: [...new Set([...(document.tags ?? []), ...tags])],
    metadata: { ...(folder !== undefined && { [folderMember]: folder }), ...metadata },
    language,
    publish,
  };
  const taken = await target.take(told, signal, (done, total) => show.progress(key, done, total));
  summary[taken.outcome]++;
  if (taken.outcome !== 'unchanged') {
    summary.chunks += taken.chunks;
    summary.tokens += taken.tokens;
  }
  show.end(key, taken.outcome, { chunks: taken.chunks });
}

function compare(there: string | undefined, given: string): 'added' | 'changed' | 'unchanged' {
  if (there === undefined) return 'added';
  return there === given ? 'unchanged' : 'changed';
}

async function digest(content: Uint8Array | AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  if (content instanceof Uint8Array) hash.update(content);
  else for await (const bytes of content) hash.update(bytes);
  return hash.digest('hex');
}
