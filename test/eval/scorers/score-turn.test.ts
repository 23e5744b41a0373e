import { expect, test } from 'vitest';
import type { Expectation } from '../../../src/eval/expectation.ts';
import { metricsOf } from '../../../src/eval/scorers/metric-values.ts';
import { routingsOf } from '../../../src/eval/scorers/routings-of.ts';
import { scoreTurn } from '../../../src/eval/scorers/score-turn.ts';
import type { SuiteRun } from '../../../src/eval/suite-run.ts';
import { seenOf, turnOf } from './seen.ts';

const expect_: Expectation = {
  within: { tokens: 5, hops: 3 },
  safe: { leaks: ['secret'], forbidden: [], agents: [] },
  refuses: false,
  facts: { all: [['457']], none: [] },
  retrieval: { relevant: { a: 1 }, by: 'document', cut: 3 },
  calls: { calls: [], mode: 'exact', ordered: false },
  takenBy: ['sql'],
  path: { any: [['triage', 'sql']], mode: 'strict' },
};

test('all that is expected is scored, in the order of the expectation, and nothing else', async () => {
  const seen = seenOf({ path: ['triage', 'sql'], answer: 'There are 457.' }, { expect: expect_ });
  const scores = await scoreTurn(seen);
  expect(scores.map(({ scorer, passed }) => `${scorer} ${passed}`)).toEqual([
    'path true',
    'routing true',
    'calls true',
    'recall false',
    'ndcg false',
    'mrr false',
    'facts true',
    'refusal true',
    'safe true',
    'within:tokens false',
    'within:hops true',
  ]);
  expect(await scoreTurn(seenOf({ answer: 'Anything.' }))).toEqual([]);
});

test('a turn that ended in an error fails all that is expected, and its routing is still told', async () => {
  const error = { error: 'timeout', message: 'The turn took longer than 60 seconds.' };
  const scores = await scoreTurn(seenOf({ path: ['triage', 'search'], error }, { expect: expect_ }));
  expect(scores).toHaveLength(11);
  for (const { value, passed, why } of scores)
    expect({ value, passed, why }).toEqual({
      value: 0,
      passed: false,
      why: 'The turn ended in an error (timeout): The turn took longer than 60 seconds.',
    });
  const attempt = { repeat: 0, outcome: 'failed' as const, scores: [scores], transcript: { turns: [] } };
  const run = { cases: [{ attempts: [attempt] }] } as unknown as SuiteRun; // of a run only its cases' attempts are read
  expect(routingsOf(run)).toEqual([{ expected: 'sql', taken: 'search' }]);
});

test('each turn has its own expectation', async () => {
  const seen = seenOf({ answer: 'Two.' }, { before: [{ answer: 'One.' }] });
  const turns = [
    { ask: 'a', expect: { matches: ['One'] } },
    { ask: 'b', expect: { matches: ['Two'] } },
  ];
  expect(await scoreTurn({ ...seen, case: { ...seen.case, turns } })).toMatchObject([{ passed: true }]);
});

test('a turn that is called off is not scored', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(scoreTurn({ ...seenOf({}, { expect: expect_ }), signal })).rejects.toThrow('enough');
});

test('figures of an attempt are means of scores and of first texts, and sums of what was taken', () => {
  const measures = {
    ...turnOf({}).measures,
    milliseconds: 10,
    firstTokenMs: 4,
    tokens: 3,
    modelCalls: 2,
    hops: 1,
  };
  const score = (scorer: string, value: number | null, details = {}) => ({
    scorer,
    value,
    passed: true,
    details,
  });
  const metrics = metricsOf({
    repeat: 0,
    outcome: 'passed',
    scores: [
      [score('path', 1, { wasted: 1, loops: 0 }), score('judge:tone', null)],
      [score('path', 0.5, { wasted: 2, loops: 0 }), score('facts', 0)],
    ],
    transcript: {
      turns: [turnOf({ measures }), turnOf({ measures: { ...measures, dollars: 1, firstTokenMs: null } })],
    },
  });
  expect(metrics).toEqual({
    path: 0.75,
    facts: 0,
    milliseconds: 20,
    tokens: 6,
    modelCalls: 4,
    hops: 2,
    firstTokenMs: 4,
    wasted: 3,
    loops: 0,
  });
});
