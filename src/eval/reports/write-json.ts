import type { EvalReport } from '../comparison.ts';
import { suiteRows } from './suite-rows.ts';
import { verdictOf } from './verdict-of.ts';

/**
 * The report as JSON with all that is in it. `format` and `version` name the shape: fields may be added to version 1, and none of it goes or
 * changes its meaning. `summary` has the figures of each suite, so that a program need not count; rates are from 0 to 1, times in
 * milliseconds, and what is not known is null.
 */
export function writeJson(report: EvalReport): string {
  const { kind, why } = verdictOf(report);
  const suites = suiteRows(report).map(({ comparison, rate, ...row }) => ({
    ...row,
    ...rate,
    change: comparison?.passing ?? null,
    lost: comparison?.lost.map(({ id }) => id) ?? [],
    won: comparison?.won.map(({ id }) => id) ?? [],
    gates: comparison?.gates.map(({ id }) => id) ?? [],
  }));
  const whole = {
    format: 'baton/eval-report',
    version: 1,
    verdict: kind,
    why,
    summary: { suites },
    ...report,
  };
  return `${JSON.stringify(whole, null, 2)}\n`;
}
