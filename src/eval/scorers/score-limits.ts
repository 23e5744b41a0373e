import type { Limits } from '../expectation.ts';
import type { Score, Seen } from '../score.ts';

/**
 * Scores what a turn took, one score a limit: `within:milliseconds`, `within:tokens` … The value is 1 within the limit and its share of what
 * was taken beyond; null where that is not known.
 */
export async function scoreLimits(limits: Limits, { turn }: Seen): Promise<Score[]> {
  return limitNames(limits).map((name) => scoreLimit(name, limits[name] ?? 0, turn.measures[name]));
}

/** The names of the limits that are set. */
export function limitNames(limits: Limits): (keyof Limits)[] {
  const names = ['milliseconds', 'firstTokenMs', 'tokens', 'dollars', 'modelCalls', 'hops'] as const;
  return names.filter((name) => limits[name] !== undefined);
}

function scoreLimit(name: keyof Limits, limit: number, taken: number | null): Score {
  const scorer = `within:${name}`;
  if (taken === null)
    return { scorer, value: null, passed: false, why: `${sentenceStart(name)} is not known here.` };
  const details = { limit, taken };
  if (taken <= limit) return { scorer, value: 1, passed: true, details };
  const why = `It took ${amounts[name](taken)}, and may take ${amounts[name](limit)}.`;
  return { scorer, value: limit / taken, passed: false, why, details };
}

function sentenceStart(name: keyof Limits): string {
  return {
    milliseconds: 'The time',
    firstTokenMs: 'The time to the first text',
    tokens: 'The number of tokens',
    dollars: 'The price',
    modelCalls: 'The number of requests to models',
    hops: 'The number of handoffs',
  }[name];
}

const amounts: Record<keyof Limits, (amount: number) => string> = {
  milliseconds: (amount) => `${Math.round(amount)} ms`,
  firstTokenMs: (amount) => `${Math.round(amount)} ms to the first text`,
  tokens: (amount) => `${amount} tokens`,
  dollars: (amount) => `$${Number(amount.toPrecision(3))}`,
  modelCalls: (amount) => `${amount} ${amount === 1 ? 'request' : 'requests'} to models`,
  hops: (amount) => `${amount} ${amount === 1 ? 'handoff' : 'handoffs'}`,
};
