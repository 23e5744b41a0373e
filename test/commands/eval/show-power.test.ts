import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { showPower } from '../../../src/commands/eval/show-power.ts';
import { leastVisibleLoss } from '../../../src/eval/statistics/power.ts';
import { makeProject } from '../../support/temp-project.ts';
import { desk } from './desk-project.ts';

const suiteOf = (count: number, more: object = {}) => {
  const cases = Array.from({ length: count }, (_, at) => ({ ask: `How many ${at}?` }));
  return stringify({ graph: 'desk', expect: { path: ['triage', 'counting'] }, cases, ...more });
};

async function told(names: string[]): Promise<string[]> {
  const project = await makeProject({
    ...desk,
    'evals/desk.yaml': suiteOf(100),
    'evals/few.yaml': suiteOf(6),
    'evals/often.yaml': suiteOf(20, { repeat: 3 }),
  });
  onTestFinished(project.remove);
  const output = new PassThrough();
  const flags = { graph: [], agent: [], case: [], tag: [] };
  const code = await showPower(names, { config: { projectDir: project.dir }, churn: 0, flags, output });
  output.end();
  expect(code).toBe(0);
  return (await text(output)).split('\n');
}

const percent = (share = 0) => Math.round(share * 1_000) / 10;

test('a suite alone says what it sees alone', async () => {
  const lines = await told(['desk']);
  expect(lines[0]).toBe(
    `desk: 100 cases: a loss of ${percent(leastVisibleLoss(100))} points can be seen; cases needed: 394 for 2 points, 157 for 5 points, 78 for 10 points`,
  );
  expect(lines.join()).not.toContain('In brackets');
});

test('several suites say in brackets what each sees beside the others', async () => {
  const lines = await told(['desk', 'few', 'often']);
  const among = percent(leastVisibleLoss(100, { level: 0.05 / 3 }));
  expect(among).toBeGreaterThan(percent(leastVisibleLoss(100)));
  expect(lines[0]).toMatch(
    new RegExp(
      `^desk: 100 cases: a loss of 8 \\(${among}\\) points can be seen; cases needed: 394 \\(\\d{3}\\) for 2 points, 157 `,
    ),
  );
  expect(lines[1]).toContain('few: 6 cases: a loss of 100 (none) points can be seen');
  expect(lines[2]).toMatch(/^often: 20 cases, each asked 3 times: a loss of \d+ \(\d+\) points can be seen/);
  expect(lines.join('\n')).toContain('In brackets: when the 3 suites are compared together');
}, 60_000);
