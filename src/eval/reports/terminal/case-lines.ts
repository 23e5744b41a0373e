import { printable } from '../../../printable.ts';
import type { CaseChange, FileChange } from '../../comparison.ts';
import { failedScores } from '../findings.ts';
import { shareChange, showHop } from '../show-change.ts';
import { shorten, textWidth, wrap } from '../text-width.ts';
import type { Page } from './paint.ts';
import { transcriptLines } from './transcript-lines.ts';

/**
 * A case that was lost: what it asks, where it went apart, which scores failed, the transcripts' diff, and what was edited. `shown` are the files
 * whose diff stands further up; those of this case are added to it.
 */
export function caseLines(change: CaseChange, files: FileChange[], shown: Set<string>, page: Page): string[] {
  const { paint, width } = page;
  const { asks, hop, beforeAttempt, afterAttempt } = change;
  const entry = (label: string, text: string, most = 2) =>
    wrap(printable(text.replaceAll(/\s+/g, ' ')), width - 11, most).map(
      (line, at) => `  ${paint('dim', (at === 0 ? label : '').padEnd(8))} ${line}`,
    );
  return [
    headLine(change, page),
    ...asks.flatMap((ask) => entry('asks', ask)),
    ...(hop ? entry('hop', showHop(hop, asks.length > 1)) : []),
    ...failedScores(afterAttempt).flatMap(({ score, turn }) =>
      entry(
        'failed',
        `${score.scorer}${asks.length > 1 ? ` of turn ${turn + 1}` : ''}: ${score.why ?? `${score.value}`}`,
      ),
    ),
    ...transcriptLines(beforeAttempt, afterAttempt, page),
    ...suspectLines(change, files, shown, page),
  ];
}

function headLine(change: CaseChange, { paint, width }: Page): string {
  const { id, gate, tags } = change;
  const name = shorten(printable(id), Math.floor(width / 2));
  const share = shareChange(change);
  const labels = [...(gate ? ['gate'] : []), ...tags].map((label) => `[${printable(label)}]`).join(' ');
  const room = width - textWidth(`✗ ${name}  ${share}  `);
  const line = `${paint(['red', 'bold'], '✗')} ${paint('bold', name)}  ${share}`;
  return labels === '' || room < 4 ? line : `${line}  ${paint('dim', shorten(labels, room))}`;
}

function suspectLines(
  { suspects }: CaseChange,
  files: FileChange[],
  shown: Set<string>,
  page: Page,
): string[] {
  return suspects.flatMap((name) => {
    const file = files.find((one) => one.file === name);
    const again = shown.has(name);
    shown.add(name);
    const told = shorten(printable(again ? `${name} (shown above)` : name), page.width - 11);
    const head = `  ${page.paint('dim', 'edited  ')} ${told}`;
    if (!file || again) return [head];
    return [head, ...fileLines(file, page)];
  });
}

const mostSentences = 8;

/** What an edited file lost and gained. */
export function fileLines({ removed, added }: FileChange, { paint, width }: Page): string[] {
  const lines = (sentences: string[], sign: '-' | '+') => {
    const shown = sentences
      .slice(0, mostSentences)
      .flatMap((sentence) =>
        wrap(printable(sentence.trimEnd()), width - 4, 3).map((line, at) =>
          paint(sign === '-' ? 'red' : 'green', `  ${at === 0 ? sign : ' '} ${line}`),
        ),
      );
    const more = sentences.length - mostSentences;
    return more > 0 ? [...shown, paint('dim', `  ${sign} … ${more} more`)] : shown;
  };
  return [...lines(removed, '-'), ...lines(added, '+')];
}
