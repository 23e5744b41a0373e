import { printable } from '../../printable.ts';
import { count } from './show-ingest.ts';
import type { Summary } from './summary.ts';

/** What became of documents, for people: failures with their reasons, and one paragraph of figures. */
export function writeSummary(summary: Summary): string {
  const { collection, made, added, changed, unchanged, failed, pruned, chunks, tokens, seconds } = summary;
  const figures = [
    `${added} added`,
    `${changed} changed`,
    `${unchanged} unchanged`,
    `${failed.length} failed`,
    ...(pruned > 0 ? [`${pruned} pruned`] : []),
  ];
  const lines = [
    ...failed.map(({ name, why }) => `failed: ${printable(name)}: ${printable(why)}`),
    ...skippedLine(summary),
    `${collection}${made ? ' (made)' : ''}${summary.dryRun ? ', if it were done' : ''}: ${figures.join(', ')}`,
  ];
  if (!summary.dryRun)
    lines.push(`${count(chunks, 'chunk')}, ${count(tokens, 'token')}, ${seconds.toFixed(1)} seconds`);
  if (summary.stopped) lines.push(summary.stopped);
  return `${lines.join('\n')}\n`;
}

/** Why files were left out, and how many each. */
function skippedLine({ skipped }: Summary): string[] {
  if (skipped.length === 0) return [];
  const reasons = Map.groupBy(skipped, ({ why }) => why);
  const told = [...reasons].map(([why, which]) => {
    const one = which.length === 1 ? which[0] : undefined;
    return `${one ? printable(one.name) : which.length} (${printable(why)})`;
  });
  return [`skipped: ${told.join(', ')}`];
}
