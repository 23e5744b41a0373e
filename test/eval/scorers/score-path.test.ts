import { expect, test } from 'vitest';
import type { Expectation } from '../../../src/eval/expectation.ts';
import type { Score } from '../../../src/eval/score.ts';
import { confusionMatrix } from '../../../src/eval/scorers/confusion-matrix.ts';
import type { PathMode } from '../../../src/eval/scorers/match-path.ts';
import { routingsOf } from '../../../src/eval/scorers/routings-of.ts';
import { scorePath } from '../../../src/eval/scorers/score-path.ts';
import { scoreRouting } from '../../../src/eval/scorers/score-routing.ts';
import type { CaseRun, SuiteRun } from '../../../src/eval/suite-run.ts';
import type { TurnTranscript } from '../../../src/eval/transcript.ts';
import { seenOf } from './seen.ts';

async function score(
  path: string,
  any: string[],
  more: Partial<NonNullable<Expectation['path']>> = {},
  turn: Partial<TurnTranscript> = {},
): Promise<Score> {
  const expected = { any: any.map((one) => one.split(' ')), mode: 'strict' as PathMode, ...more };
  const seen = seenOf({ path: path ? path.split(' ') : [], ...turn });
  return (await scorePath(expected, seen))[0] ?? expect.fail('no score');
}

test.each([
  ['triage search answer', ['triage sql answer'], 'triage handed to search where sql was expected.', 2 / 3],
  [
    'triage',
    ['triage sql', 'triage search'],
    'The turn ended with triage where sql or search was expected next.',
    2 / 3,
  ],
  ['triage sql', ['triage'], 'triage handed to sql where the end of the turn was expected.', 2 / 3],
  ['sql answer', ['triage sql answer'], 'The turn began with sql where triage was expected.', 0.8],
  [
    'triage sql search',
    ['triage search', 'triage sql answer'],
    'sql handed to search where answer was expected.',
    0.8,
  ],
  ['', ['triage'], 'Nobody spoke where triage was expected.', 0],
])('%s, where %j is right: %s', async (path, any, why, value) => {
  expect(await score(path, any)).toMatchObject({ scorer: 'path', passed: false, why, value });
});

test.each<[PathMode, string, string, string]>([
  [
    'in-order',
    'triage search answer',
    'triage sql answer',
    'sql did not speak after triage: triage → search → answer.',
  ],
  ['unordered', 'triage search', 'triage sql', 'sql did not speak. search spoke, and should not have.'],
  ['subset', 'triage search', 'triage sql', 'search spoke, and should not have.'],
  ['superset', 'triage', 'triage sql', 'sql did not speak.'],
])('%s: %s where %s is right', async (mode, path, right, why) => {
  expect(await score(path, [right], { mode })).toMatchObject({ passed: false, why });
});

test('a handoff that was refused is named where it was the right one', async () => {
  const hops = [{ from: 'triage', to: 'sql', brief: {}, refused: 'the limit is spent' }];
  const { why } = await score('triage', ['triage sql'], {}, { hops });
  expect(why).toContain('its handoff to sql was refused (the limit is spent)');
});

test('a right path may be as long as it is allowed to be', async () => {
  const long = ['triage sql', 'triage search sql'];
  expect(await score('triage search sql', long)).toMatchObject({ passed: true, value: 1 });
  expect(await score('triage search sql', long, { wasted: 0 })).toMatchObject({
    passed: false,
    value: 0.8,
    details: { wasted: 1, loops: 0 },
    why: 'triage → search → sql has 1 hop more than the shortest right path, where 0 may be.',
  });
});

test('who took a turn is whom the starting agent handed it to, or that agent itself', async () => {
  expect(await scoreRouting(['sql', 'search'], seenOf({ path: ['triage', 'sql', 'answer'] }))).toMatchObject([
    { scorer: 'routing', value: 1, passed: true, details: { expected: ['sql', 'search'], taken: 'sql' } },
  ]);
  expect(await scoreRouting(['triage'], seenOf({ path: ['triage'] }))).toMatchObject([{ passed: true }]);
  expect(await scoreRouting(['sql'], seenOf({ path: ['triage', 'search'] }))).toMatchObject([
    { value: 0, passed: false, why: 'search took it where sql was expected.' },
  ]);
  expect(await scoreRouting(['sql'], seenOf({ path: [] }))).toMatchObject([{ passed: false }]);
});

test('a thread that stays with an agent has its next turn taken by that agent', async () => {
  const before = [{ path: ['triage', 'sql'] }];
  const [sticky] = await scoreRouting(['sql'], seenOf({ path: ['sql', 'answer'] }, { before }));
  expect(sticky).toMatchObject({ passed: true, details: { taken: 'sql' } });
});

function runOf(attempts: Score[][][]): SuiteRun {
  const cases = attempts.map(
    (scores, at): CaseRun => ({
      id: `case-${at}`,
      hash: '',
      tags: [],
      gate: false,
      asks: [],
      attempts: [{ repeat: 0, outcome: 'failed', scores, transcript: { turns: [] } }],
    }),
  );
  return {
    format: 1,
    runId: '',
    suite: 'films',
    description: '',
    graph: 'films',
    version: '',
    files: {},
    profile: 'offline',
    models: {},
    deterministic: true,
    leastEffect: 0,
    revision: null,
    startedAt: '',
    endedAt: '',
    repeats: 1,
    cases,
    interrupted: false,
  };
}

test('routings are told by routing scores, and by paths where all right ones have one taker', async () => {
  const run = runOf([
    [await scoreRouting(['sql', 'search'], seenOf({ path: ['triage', 'search'] }))],
    [await scoreRouting(['sql'], seenOf({ path: ['triage', 'search'] }))],
    [[await score('triage search answer', ['triage sql', 'triage sql answer'])]],
    [[await score('triage search', ['triage sql', 'triage search'])]],
    [[await score('triage search', ['triage sql'], { mode: 'superset' })]],
    [await scoreRouting(['sql'], seenOf({ path: [] }))],
  ]);
  expect(routingsOf(run)).toEqual([
    { expected: 'search', taken: 'search' },
    { expected: 'sql', taken: 'search' },
    { expected: 'sql', taken: 'search' },
  ]);
  expect(confusionMatrix(routingsOf(run))).toMatchObject({
    agents: ['search', 'sql'],
    rows: [
      [1, 0],
      [2, 0],
    ],
  });
});

test('attempts that are no result tell no routing', () => {
  const run = runOf([
    [[{ scorer: 'routing', value: 1, passed: true, details: { expected: ['a'], taken: 'a' } }]],
  ]);
  const errored = run.cases.map((one) => ({
    ...one,
    attempts: one.attempts.map((attempt) => ({ ...attempt, outcome: 'errored' as const })),
  }));
  expect(routingsOf({ ...run, cases: errored })).toEqual([]);
});
