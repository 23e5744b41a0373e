import type { Result } from './compare-results.ts';
import type { Outcome } from './copy-session.ts';
import type { RightResult } from './judge-result.ts';

/** How often two statements are run on data that move between them. */
const mostTries = 10;

/**
 * Compares what two statements give, one after the other, on data that others may be changing: a difference counts where the first
 * gives the same after the second as before it. Gives the last result of the first, and either the second's `error`, or the `difference` where
 * there is one.
 */
export async function compareAtRest(
  runRight: () => Promise<RightResult>,
  runOther: () => Promise<Outcome>,
  judge: (right: RightResult, other: Result) => string | undefined,
): Promise<{ right: RightResult; error?: string; difference?: string | undefined }> {
  let right = await runRight();
  for (let tries = 1; ; tries++) {
    const other = await runOther();
    if ('error' in other) return { right, error: other.error };
    const difference = judge(right, other);
    if (difference === undefined || tries === mostTries) return { right, difference };
    const before = JSON.stringify(right.result);
    right = await runRight();
    if (JSON.stringify(right.result) === before) return { right, difference };
  }
}
