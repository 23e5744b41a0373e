import { printable } from '../../../printable.ts';
import type { Attempt } from '../../suite-run.ts';
import { diffTranscripts, type StepDiff } from '../diff-transcripts.ts';
import { noWords } from '../diff-words.ts';
import { type Step, tellStep } from '../steps-of-turn.ts';
import { shorten } from '../text-width.ts';
import type { Page } from './paint.ts';

/** Of the steps that are the same on both sides so many are shown before one that differs; what was asked stands above. */
const around = 1;
const longest = 24;

/** Where two attempts went apart, a line a step, as a diff; without the first, what happened in the second. */
export function transcriptLines(before: Attempt | null, after: Attempt, page: Page): string[] {
  const turns = diffTranscripts(before?.transcript ?? null, after.transcript, noWords);
  const lines = turns.flatMap((steps, turn) => {
    const shown = before ? steps.filter(({ kind }, at) => kind !== 'user' && isNear(steps, at)) : steps;
    if (shown.length === 0) return [];
    const head = turns.length > 1 ? [page.paint('dim', `  turn ${turn + 1}`)] : [];
    return [...head, ...shown.flatMap((step) => linesOf(step, before !== null, page))];
  });
  if (lines.length <= longest) return lines;
  return [...lines.slice(0, longest), page.paint('dim', `  … ${lines.length - longest} more lines`)];
}

function isNear(steps: StepDiff[], at: number): boolean {
  return steps.slice(at, at + around + 1).some(({ mark }) => mark !== 'same');
}

function linesOf({ mark, before, after }: StepDiff, compared: boolean, { paint, width }: Page): string[] {
  const show = (step: Step) => shorten(printable(tellStep(step, 2_000)), width - 4);
  if (!compared || mark === 'same') return after ? [paint('dim', `    ${show(after)}`)] : [];
  return [
    ...(before ? [paint('red', `  - ${show(before)}`)] : []),
    ...(after ? [paint('green', `  + ${show(after)}`)] : []),
  ];
}
