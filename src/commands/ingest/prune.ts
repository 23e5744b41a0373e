import type { IngestOptions, IngestShow } from './ingest-options.ts';
import type { Summary } from './summary.ts';
import type { IngestTarget } from './target.ts';

/** Deletes documents of the folders whose files are gone. */
export async function prune(
  target: IngestTarget,
  { prune: gone, dryRun }: IngestOptions,
  summary: Summary,
  show: IngestShow,
): Promise<void> {
  for (const folder of gone?.folders ?? []) {
    for await (const { id, key } of target.keysOf(folder)) {
      if (gone?.keys.has(key)) continue;
      if (!dryRun) await target.remove(id);
      summary.pruned++;
      show.end(key, 'pruned', {});
    }
  }
}
