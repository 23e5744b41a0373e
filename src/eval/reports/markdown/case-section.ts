import type { CaseChange, FileChange } from '../../comparison.ts';
import { failedScores } from '../findings.ts';
import { shareChange, showHop } from '../show-change.ts';
import { transcriptText } from '../transcript-text.ts';
import { fence, htmlCode, inlineCode } from './escape.ts';

const longestLine = 300;
const mostLines = 40;

/** A lost case that opens on a click: what it asks, what failed, the diff of its transcripts. */
export function caseSection(change: CaseChange): string {
  const { id, gate, asks, hop, beforeAttempt, afterAttempt } = change;
  const summary = [
    `✗ ${htmlCode(id, 80)}`,
    ...(gate ? ['<b>gate</b>'] : []),
    shareChange(change),
    ...(hop ? [htmlCode(showHop(hop), 160)] : []),
  ];
  const whys = failedScores(afterAttempt).map(
    ({ score }) => `- failed ${inlineCode(score.scorer, 60)} ${inlineCode(score.why ?? `${score.value}`)}`,
  );
  return [
    `<details><summary>${summary.join(' · ')}</summary>`,
    '',
    ...asks.slice(0, 5).map((ask) => `- asks ${inlineCode(ask)}`),
    ...whys.slice(0, 8),
    '',
    fence(cutLines(transcriptText(beforeAttempt, afterAttempt)), 'diff'),
    '',
    '</details>',
  ].join('\n');
}

/** What was edited, as a diff of sentences. */
export function fileSection({ file, removed, added }: FileChange): string {
  const lines = [...removed.map((text) => `- ${text}`), ...added.map((text) => `+ ${text}`)];
  return `Edited: ${inlineCode(file, 120)}\n\n${fence(cutLines(lines), 'diff')}`;
}

function cutLines(lines: string[]): string[] {
  const shown = lines
    .slice(0, mostLines)
    .map((line) => (line.length > longestLine ? `${line.slice(0, longestLine)}…` : line));
  return lines.length > mostLines ? [...shown, `  … ${lines.length - mostLines} more lines`] : shown;
}
