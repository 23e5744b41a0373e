import type { EvalReport } from '../../comparison.ts';
import type { Attempt, CaseRun } from '../../suite-run.ts';
import { tellingAttempt } from '../findings.ts';
import { stepsOfTurn } from '../steps-of-turn.ts';
import { shown } from './html.ts';

/** Longer texts are cut in the page's data, in UTF-16 units; the report as JSON has them whole. */
const longest = 4_000;

/** What the page's script shows of a case on demand: the attempt that tells most. */
export interface CaseData {
  outcomes: string[];
  error?: string;
  turns: {
    steps: { kind: string; title: string; input?: string; output?: string; bad?: true }[];
    scores: { scorer: string; value: number | null; passed: boolean; why?: string }[];
  }[];
}

/** The data of all cases, in the order of the suites and their cases, as JSON that can stand in a script element. */
export function pageData({ runs }: EvalReport): string {
  const cases = runs.flatMap((run) => run.cases.map(toData));
  return JSON.stringify(cases).replaceAll(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function toData(run: CaseRun): CaseData {
  const attempt = tellingAttempt(run);
  return {
    outcomes: run.attempts.map(({ outcome }) => outcome),
    ...(attempt?.error !== undefined && { error: cut(attempt.error) }),
    turns: attempt ? turnsOf(attempt) : [],
  };
}

function turnsOf({ transcript, scores }: Attempt): CaseData['turns'] {
  return transcript.turns.map((turn, at) => ({
    steps: stepsOfTurn(turn).map(({ kind, title, input, output, bad }) => ({
      kind,
      title: cut(title),
      ...(input && { input: cut(input) }),
      ...(output && { output: cut(output) }),
      ...(bad && { bad }),
    })),
    scores: (scores[at] ?? []).map(({ scorer, value, passed, why }) => ({
      scorer: cut(scorer),
      value,
      passed,
      ...(why !== undefined && { why: cut(why) }),
    })),
  }));
}

function cut(text: string): string {
  const more = text.length - longest;
  return shown(more > 0 ? `${text.slice(0, longest)}… (${more} more characters)` : text);
}
