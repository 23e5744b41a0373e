import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ConfigError } from '../../../src/errors.ts';
import { readBaseline, writeBaseline } from '../../../src/eval/comparing/baseline.ts';
import { compareSuites } from '../../../src/eval/comparing/compare-runs.ts';
import type { SuiteRun } from '../../../src/eval/suite-run.ts';
import { makeProject } from '../../support/temp-project.ts';
import { attemptOf, caseOf, runOf } from './made-run.ts';

const files = { 'agents/triage.md': 'Counts go to sql.\n', 'graphs/films.yaml': 'start: triage\n' };
const run = runOf(
  [
    caseOf('b', [], { tags: ['counting'], attempts: [attemptOf('failed'), attemptOf('passed', 1)] }),
    caseOf('a', ['passed', 'passed'], { gate: true }),
    caseOf('c', ['errored', 'passed']),
    ...['d', 'e', 'f', 'g'].map((id) => caseOf(id, ['passed', 'passed'])),
  ],
  { files, profile: 'offline', deterministic: true },
);

async function kept(made: SuiteRun) {
  const { dir, remove } = await makeProject({});
  onTestFinished(remove);
  const file = await writeBaseline(dir, made);
  const read = await readBaseline(dir, made.suite, made.profile);
  if (!read) throw new Error('What was written is there.');
  return { dir, file, read, text: await readFile(path.join(dir, file), 'utf8') };
}

test('a run that is held against its own baseline has not changed, but for times', async () => {
  const { read } = await kept(run);
  const [comparison] = compareSuites([
    { before: { label: 'baseline', run: read }, after: { label: 'now', run } },
  ]);
  expect(comparison).toMatchObject({
    verdict: 'pass',
    lost: [],
    won: [],
    files: [],
    cases: { same: 7, changed: [] },
  });
  const figures = comparison?.metrics.map(({ name, before, after }) => [name, before, after]);
  expect(figures).toContainEqual(['tokens', 20, 20]);
  expect(figures).toContainEqual(['hops', 1, 1]);
  expect(figures?.map(([name]) => name)).not.toContain('milliseconds');
});

test('the transcript that is kept is of an attempt that passed, and attempts that were not scored are not kept', async () => {
  const { read } = await kept(run);
  expect(read.cases.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  const [, b, c] = read.cases;
  expect(b).toMatchObject({ tags: ['counting'], asks: ['How many?'], hash: '0123456789abcdef' });
  expect(b?.attempts.map(({ outcome, transcript }) => [outcome, transcript.turns[0]?.path])).toEqual([
    ['failed', []],
    ['passed', ['triage', 'sql']],
  ]);
  expect(c?.attempts).toHaveLength(1);
});

test('each case is one line, in the order of the names, so that git shows which changed', async () => {
  const { text, file } = await kept(run);
  expect(file).toBe('evals/baselines/films.offline.json');
  const lines = text.split('\n').filter((line) => line.startsWith('  "'));
  expect(lines.slice(-7, -4).map((line) => line.slice(2, 6))).toEqual(['"a":', '"b":', '"c":']);
  const again = await kept({ ...run, cases: run.cases.toReversed(), endedAt: 'later', revision: 'abc' });
  expect(again.text).toBe(text);
});

test('long texts are cut: a case takes less than 4 kB', async () => {
  const long = attemptOf('passed', 0, {
    answer: 'x'.repeat(100_000),
    calls: [
      {
        agent: 'sql',
        name: 'run_sql',
        args: { sql: 'y'.repeat(100_000) },
        result: 'z'.repeat(100_000),
        failed: false,
        milliseconds: 1,
      },
    ],
  });
  const { text } = await kept(runOf([caseOf('long', [], { attempts: [long] })]));
  expect(text.length).toBeLessThan(4_000);
});

test('no baseline is nothing, and a broken one is told with its file', async () => {
  const { dir, remove } = await makeProject({});
  onTestFinished(remove);
  expect(await readBaseline(dir, 'films', 'offline')).toBeUndefined();
  await mkdir(path.join(dir, 'evals/baselines'), { recursive: true });
  const broken = path.join(dir, 'evals/baselines/films.offline.json');
  for (const [text, message] of [
    ['{', 'evals/baselines/films.offline.json is not JSON'],
    ['{"format": 2}', 'evals/baselines/films.offline.json: format: '],
    [
      JSON.stringify({ ...JSON.parse((await kept(run)).text), cases: { a: { hash: 1 } } }),
      'films.offline.json: cases.a.hash: ',
    ],
  ] as const) {
    await writeFile(broken, text);
    const failure = readBaseline(dir, 'films', 'offline');
    await expect(failure).rejects.toThrow(ConfigError);
    await expect(failure).rejects.toThrow(message);
  }
});
