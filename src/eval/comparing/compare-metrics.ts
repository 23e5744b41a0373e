import type { Comparison } from '../comparison.ts';
import { metricsOf } from '../scorers/metric-values.ts';
import { holm } from '../statistics/holm.ts';
import { type CaseRun, scoredAttempts } from '../suite-run.ts';
import type { CasePair } from './compare-cases.ts';
import { compareShares, corrected, type Pair } from './compare-shares.ts';

/** What is better when it is less. */
const costs = new Set([
  'milliseconds',
  'firstTokenMs',
  'tokens',
  'dollars',
  'modelCalls',
  'hops',
  'wasted',
  'loops',
]);

/** There are many of them, and none decides anything. */
const resamples = 1_000;

/** Compares every figure that both runs have of at least one case, corrected for how many there are. */
export function compareMetrics(pairs: readonly CasePair[]): Comparison['metrics'] {
  const figures = new Map<string, Pair[]>();
  for (const { before, after } of pairs) {
    const [was, is] = [meansOf(before), meansOf(after)];
    for (const [name, value] of is) {
      const other = was.get(name);
      if (other !== undefined)
        figures.set(name, [...(figures.get(name) ?? []), { before: other, after: value }]);
    }
  }
  const changes = [...figures].flatMap(([name, values]) => {
    const better = costs.has(name) ? ('lower' as const) : ('higher' as const);
    const change = compareShares(values, { once: false, leastEffect: 0, better, resamples });
    return change ? [{ name, better, change }] : [];
  });
  const adjusted = holm(changes.map(({ change }) => change.difference.chance));
  return changes.map(({ name, better, change }, at) => {
    const { worse: isWorse, better: isBetter, ...rest } = corrected(change, adjusted[at] ?? 1);
    return { ...rest, name, direction: better, worse: isWorse, better: isBetter };
  });
}

/** By figure, the mean over a case's scored attempts. */
function meansOf(run: CaseRun): Map<string, number> {
  const values = new Map<string, number[]>();
  for (const attempt of scoredAttempts(run)) {
    for (const [name, value] of Object.entries(metricsOf(attempt)))
      values.set(name, [...(values.get(name) ?? []), value]);
  }
  return new Map(
    [...values].map(([name, all]) => [name, all.reduce((sum, one) => sum + one, 0) / all.length]),
  );
}
