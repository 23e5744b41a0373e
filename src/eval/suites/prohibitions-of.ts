import type { CheckedExpectation } from './expectation-schema.ts';

/** What must not come of a turn, of all that is expected: `not`, and `safe` without the guard that has to speak up. */
export function prohibitionsOf({ not, safe }: CheckedExpectation): CheckedExpectation {
  const { leaks, forbidden, agents } = safe ?? {};
  const forbids = leaks ?? forbidden ?? agents;
  return { ...(not && { not }), ...(forbids && { safe: { leaks, forbidden, agents } }) };
}
