import type { FileChange } from '../comparison.ts';
import { diffSentences } from './diff-sentences.ts';

/**
 * What was edited between two versions, by file in the order of their names: Markdown by sentences, everything else by lines. A file that
 * only one side has is all removed or all added; one whose words are the same is left out.
 */
export function diffFiles(before: Record<string, string>, after: Record<string, string>): FileChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((file) => {
    const form = /\.(?:md|markdown|txt)$/i.test(file) ? 'prose' : 'lines';
    const { removed, added } = diffSentences(before[file] ?? '', after[file] ?? '', form);
    return removed.length + added.length > 0 ? [{ file, removed, added }] : [];
  });
}
