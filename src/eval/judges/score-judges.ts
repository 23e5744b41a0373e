import type { ExpectedJudgement } from '../expectation.ts';
import type { Score, Scorer, Seen } from '../score.ts';
import { askJudge, type Verdict } from './ask-judge.ts';
import { judgePrompt } from './judge-prompt.ts';

/**
 * What model judges think of the answer: of each judgement the median of its judges' scores. Where no model can judge it is not measured. Rejects
 * where a judge could not be asked, or gives no verdict that can be read.
 */
export const scoreJudges: Scorer<ExpectedJudgement[]> = (expected, seen) =>
  Promise.all(expected.map((judgement) => scoreJudgement(judgement, seen)));

async function scoreJudgement(judgement: ExpectedJudgement, seen: Seen): Promise<Score> {
  const { name, roles, atLeast } = judgement;
  const scorer = `judge:${name}`;
  const { subject, signal, turn } = seen;
  const able = roles.filter((role) => subject.canJudge(role));
  if (able.length === 0) return { scorer, value: null, passed: false, why: notMeasured(roles) };
  if (!turn.answer.trim()) return { scorer, value: 0, passed: false, why: 'There is no answer to judge.' };

  const prompt = judgePrompt(judgement, seen);
  const { chat } = subject.context;
  const traced = subject.tracesJudges ?? false;
  const verdicts = await Promise.all(
    able.map(async (role) => ({
      role,
      ...(await askJudge(chat, { role, name: scorer, ...prompt, signal, traced })),
    })),
  );
  const value = medianOf(verdicts.map(({ score }) => score));
  const passed = value >= atLeast;
  return {
    scorer,
    value,
    passed,
    ...(!passed && { why: whyNot(value, atLeast, verdicts) }),
    details: {
      judges: inOrder(verdicts, able),
      spread: spreadOf(verdicts),
      unable: roles.filter((role) => !able.includes(role)),
    },
  };
}

/** By role, and the votes of one by their scores: which of them was asked first says nothing. */
function inOrder<Vote extends Verdict & { role: string }>(votes: Vote[], roles: string[]): Vote[] {
  return votes.toSorted((a, b) => roles.indexOf(a.role) - roles.indexOf(b.role) || a.score - b.score);
}

function notMeasured(roles: string[]): string {
  const named = [...new Set(roles)].join(', ');
  return `It was not measured: no model that understands language plays ${named}.`;
}

function whyNot(value: number, atLeast: number, verdicts: Verdict[]): string {
  const nearest = verdicts.toSorted((a, b) => Math.abs(a.score - value) - Math.abs(b.score - value))[0];
  const spread = spreadOf(verdicts);
  const apart = spread >= 0.5 ? `, though the judges are ${round(spread)} apart` : '';
  return `It is judged at ${round(value)} of at least ${round(atLeast)}${apart}: ${nearest?.reasoning}`;
}

/** The middle one, or the mean of the two in the middle. */
function medianOf(scores: number[]): number {
  const sorted = scores.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const around = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1);
  return around.reduce((sum, score) => sum + score, 0) / around.length;
}

/** How far the judges are apart: from the least of their scores to the highest. */
function spreadOf(verdicts: Verdict[]): number {
  const scores = verdicts.map(({ score }) => score);
  return Math.max(...scores) - Math.min(...scores);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
