import type { HopChange } from '../comparison.ts';
import type { Transcript } from '../transcript.ts';

/** Where two attempts at a case went to different agents first; undefined where they took the same paths. */
export function hopChange(before: Transcript, after: Transcript): HopChange | undefined {
  for (const [turn, { path }] of after.turns.entries()) {
    const was = before.turns[turn]?.path;
    if (!was) return undefined;
    const at = firstDifference(was, path);
    if (at === undefined) continue;
    const from = path[at - 1] ?? was[at - 1] ?? '';
    return { turn, at, from, before: was[at] ?? null, after: path[at] ?? null };
  }
  return undefined;
}

function firstDifference(one: readonly string[], other: readonly string[]): number | undefined {
  const length = Math.max(one.length, other.length);
  for (let at = 0; at < length; at += 1) if (one[at] !== other[at]) return at;
  return undefined;
}
