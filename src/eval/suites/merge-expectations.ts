import type { CheckedExpectation } from './expectation-schema.ts';
import { listed, present } from './kinds.ts';

/**
 * Expectations from the outermost in, such as those of a suite, of a case and of a turn, as one: a field that an inner one has replaces that of
 * the outer ones whole. What is forbidden stays forbidden: `not` and the lists of `safe` add up.
 */
export function mergeExpectations(expectations: (CheckedExpectation | undefined)[]): CheckedExpectation {
  return expectations.reduce<CheckedExpectation>((outer, inner = {}) => {
    const { retrieval, documents, ...rest } = outer;
    const ranked = inner.retrieval !== undefined || inner.documents !== undefined;
    return {
      ...rest,
      ...(ranked ? {} : { retrieval, documents }),
      ...present(inner),
      not: joined(outer.not, inner.not),
      safe: bothSafe(outer.safe, inner.safe),
    };
  }, {});
}

type Safety = CheckedExpectation['safe'];

function bothSafe(outer: Safety, inner: Safety): Safety {
  if (!outer || !inner) return inner ?? outer;
  const forbidden = [...(outer.forbidden ?? []), ...(inner.forbidden ?? [])];
  return {
    leaks: joined(outer.leaks, inner.leaks),
    forbidden: forbidden.length > 0 ? forbidden : undefined,
    agents: joined(outer.agents, inner.agents),
    guard: inner.guard ?? outer.guard,
  };
}

function joined(outer: string | string[] | undefined, inner: typeof outer): string[] | undefined {
  const all = [...new Set([...listed(outer), ...listed(inner)])];
  return all.length > 0 ? all : undefined;
}
