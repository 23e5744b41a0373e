import type { Attempt } from '../suite-run.ts';
import { diffTranscripts, type StepDiff } from './diff-transcripts.ts';
import { noWords } from './diff-words.ts';
import { tellStep } from './steps-of-turn.ts';

/** A result or an answer is cut off here, in UTF-16 units. */
const longest = 600;

/**
 * Two attempts as the lines of a diff: `- ` of the first alone, `+ ` of the second alone, two spaces where they are the same. Without the first, the
 * steps of the second.
 */
export function transcriptText(before: Attempt | null, after: Attempt): string[] {
  const turns = diffTranscripts(before?.transcript ?? null, after.transcript, noWords);
  return turns.flatMap((steps) => steps.flatMap((step) => linesOf(step, before !== null)));
}

function linesOf({ mark, before, after }: StepDiff, compared: boolean): string[] {
  if (!compared || mark === 'same') return after ? [`  ${tellStep(after, longest)}`] : [];
  return [
    ...(before ? [`- ${tellStep(before, longest)}`] : []),
    ...(after ? [`+ ${tellStep(after, longest)}`] : []),
  ];
}
