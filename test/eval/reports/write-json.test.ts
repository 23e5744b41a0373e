import { expect, test } from 'vitest';
import { writeJson } from '../../../src/eval/reports/write-json.ts';
import { makeReport } from '../support/make-report.ts';

test('the JSON names its shape, sums up each suite and holds the whole report', () => {
  const report = makeReport({ cases: 12 });
  const { format, version, verdict, summary, ...rest } = JSON.parse(writeJson(report));
  expect([format, version, verdict]).toEqual(['baton/eval-report', 1, 'regression']);
  expect(summary.suites[0]).toMatchObject({
    suite: 'films-routing',
    verdict: 'regression',
    passed: 7,
    count: 12,
    errored: 0,
    stale: 0,
    medianMs: 326.5,
    lost: ['count-0', 'count-9', 'count-3', 'count-6'],
    gates: ['count-0', 'count-9'],
  });
  expect(rest).toMatchObject(JSON.parse(JSON.stringify(report)));
});
