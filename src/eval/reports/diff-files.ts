import type { FileChange } from '../comparison.ts';
import { diffSentences } from './diff-sentences.ts';

/** Squared edits of all files together: some tens of milliseconds of one processor. */
const mostWork = 250_000;

/**
 * What was edited between two versions, by file in the order of their names: Markdown by sentences, everything else by lines. A file that
 * only one side has is all removed or all added; one whose words are the same is left out. The more files differ, the fewer edits are told
 * apart in each (500 in one, 50 in a hundred): one with more is all removed and all added.
 */
export function diffFiles(before: Record<string, string>, after: Record<string, string>): FileChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const edited = names.filter((file) => before[file] !== after[file]);
  const mostEdits = Math.floor(Math.sqrt(mostWork / Math.max(1, edited.length)));
  return edited.flatMap((file) => {
    const form = /\.(?:md|markdown|txt)$/i.test(file) ? 'prose' : 'lines';
    const { removed, added } = diffSentences(before[file] ?? '', after[file] ?? '', form, mostEdits);
    return removed.length + added.length > 0 ? [{ file, removed, added }] : [];
  });
}
