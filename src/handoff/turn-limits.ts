import type { Limits } from './graph-file.ts';
import type { TurnCounts } from './state.ts';

type Limited = 'handoffs' | 'calls' | 'seconds' | 'tokens';

/** The limits that a turn has used up, in words for the model; empty while it may go on. */
export function spentLimits(counts: TurnCounts, limits: Limits, now: number): Set<Limited> {
  const used = { ...counts, seconds: (now - counts.startedAt) / 1000 };
  const kinds: Limited[] = ['handoffs', 'calls', 'seconds', 'tokens'];
  return new Set(kinds.filter((kind) => used[kind] >= limits[kind]));
}

/** Whether only an answer is left: no tools, no handoffs. */
export function mustAnswer(spent: Set<Limited>): boolean {
  return spent.has('calls') || spent.has('seconds') || spent.has('tokens');
}

/** What a model is told about the limits that are spent. */
export function limitNote(spent: Set<Limited>, limits: Limits): string[] {
  if (spent.size === 0) return [];
  const said = [...spent].map((kind) => `${limits[kind]} ${kind}`).join(' and ');
  const left = mustAnswer(spent)
    ? 'Answer now from what is known, and say what is missing.'
    : 'Answer yourself.';
  return [`# Limit\n\nThis turn has used its ${said}: you cannot hand over any more. ${left}`];
}
