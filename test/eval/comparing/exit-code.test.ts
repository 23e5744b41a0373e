import { expect, test } from 'vitest';
import { assembleReport } from '../../../src/eval/comparing/assemble-report.ts';
import type { Comparison, EvalReport } from '../../../src/eval/comparison.ts';
import type { SuiteRun } from '../../../src/eval/suite-run.ts';
import { caseOf, runOf } from './made-run.ts';

type Expected = { exitCode: EvalReport['exitCode']; verdict?: Comparison['verdict'] };

const offline = { deterministic: true };
const good = runOf([caseOf('a', ['passed']), caseOf('b', ['failed'])], offline);
const worse = runOf([caseOf('a', ['failed']), caseOf('b', ['failed'])], offline);
const changed = runOf(
  [caseOf('a', ['passed'], { hash: 'ffffffffffffffff' }), caseOf('b', ['failed'])],
  offline,
);
const closed = runOf([caseOf('a', ['failed'], { gate: true })], offline);

function report(
  before: SuiteRun | undefined,
  run: SuiteRun,
  skipped: { name: string; file: string; skipped: string }[] = [],
) {
  const pairs = before ? [{ before: { label: 'b', run: before }, after: { label: 'a', run } }] : [];
  return assembleReport({ runs: [run], pairs, skipped, expectsBaselines: true });
}

test.each<[string, SuiteRun | undefined, SuiteRun, Expected]>([
  ['the same as the baseline, failing cases included', good, good, { exitCode: 0, verdict: 'pass' }],
  ['a case that is won', worse, good, { exitCode: 0, verdict: 'pass' }],
  ['a regression', good, worse, { exitCode: 1, verdict: 'regression' }],
  ['a closed gate without a baseline', undefined, closed, { exitCode: 1 }],
  ['no baseline', undefined, good, { exitCode: 3 }],
  ['changed cases', good, changed, { exitCode: 3, verdict: 'inconclusive' }],
  [
    'an interrupted run, whatever else',
    good,
    { ...worse, interrupted: true },
    { exitCode: 130, verdict: 'regression' },
  ],
])('%s', (_, before, run, { exitCode, verdict }) => {
  const made = report(before, run);
  expect(made.exitCode).toBe(exitCode);
  expect(made.comparisons.map((one) => one.verdict)).toEqual(verdict ? [verdict] : []);
});

test('what has no baseline and what was skipped is told', () => {
  const skipped = [{ name: 'bank', file: 'evals/bank.eval.ts', skipped: 'The data are not here.' }];
  expect(report(undefined, good, skipped).notes).toEqual([
    {
      suite: 'films',
      kind: 'no-baseline',
      text: 'There is no baseline for the profile configured: where you are content, run "baton eval bless films".',
    },
    { suite: 'bank', kind: 'skipped', text: 'The data are not here.' },
  ]);
});

test('nothing that ran is no pass', () => {
  const nothing = { runs: [], pairs: [], skipped: [], expectsBaselines: true };
  expect(assembleReport(nothing).exitCode).toBe(3);
  expect(assembleReport({ ...nothing, aborted: true }).exitCode).toBe(130);
});

test('a baseline whose suite is gone is told, and is no pass', () => {
  const pairs = [{ before: { label: 'b', run: good }, after: { label: 'a', run: good } }];
  const made = assembleReport({
    runs: [good],
    pairs,
    skipped: [],
    orphans: ['safety'],
    expectsBaselines: true,
  });
  expect(made.exitCode).toBe(3);
  expect(made.notes).toMatchObject([{ suite: 'safety', kind: 'no-suite' }]);
});
