import { expect, test } from 'vitest';
import { scoreOnline } from '../../../src/eval/online/score-online.ts';
import type { TurnTranscript } from '../../../src/eval/transcript.ts';

const turn: TurnTranscript = {
  user: 'How many films are there?',
  path: ['triage', 'sql'],
  hops: [{ from: 'triage', to: 'sql', brief: {} }],
  calls: [
    { agent: 'sql', name: 'run_sql', args: {}, result: '[{"count":12}]', failed: false, milliseconds: 3 },
  ],
  answer: 'There are 12 films.',
  metadata: {},
  passages: [],
  repairs: {},
  guards: [],
  waits: [],
  measures: {
    milliseconds: 900,
    firstTokenMs: 300,
    tokens: 45,
    usage: { input_tokens: 30, output_tokens: 15, total_tokens: 45 },
    dollars: 0.002,
    modelCalls: 2,
    hops: 1,
  },
};

async function scoresOf(more: Partial<TurnTranscript>): Promise<Record<string, number>> {
  const scores = await scoreOnline({ ...turn, ...more });
  return Object.fromEntries(scores.map(({ scorer, value }) => [scorer, value]));
}

test('a turn that went well scores by what it did and what it took', async () => {
  expect(await scoresOf({})).toEqual({
    answered: 1,
    refused: 0,
    grounded: 1,
    hops: 1,
    wasted: 0,
    repairs: 0,
    loops: 0,
    limits: 0,
    guards: 0,
    blocked: 0,
    'failed-calls': 0,
    milliseconds: 900,
    firstTokenMs: 300,
    tokens: 45,
    dollars: 0.002,
  });
});

test('what nothing that was found says is not grounded, and why is told', async () => {
  const scores = await scoreOnline({ ...turn, answer: 'There are 13 films.' });
  expect(scores).toContainEqual({
    scorer: 'grounded',
    value: 0,
    why: expect.stringContaining('13'),
  });
});

test('where nothing was looked up, and where the answer is one that was given before, nothing is held against it', async () => {
  expect(await scoresOf({ calls: [] })).not.toHaveProperty('grounded');
  expect(await scoresOf({ answer: 'There are 13.', metadata: { cache: { hit: true } } })).not.toHaveProperty(
    'grounded',
  );
});

test('citations count by the passages of the turn that they lead to', async () => {
  const cited = (id: string) => ({ id, key: 'refunds.md', marker: 1 });
  const passages = [{ id: 'p-1', document: 'refunds.md', text: 'Within 30 days.' }];
  const metadata = { citations: [cited('p-1'), cited('p-2')] };
  const scores = await scoreOnline({ ...turn, passages, metadata });
  expect(scores).toContainEqual({ scorer: 'cites', value: 0.5, why: expect.stringContaining('p-2') });
  expect(await scoresOf({ passages, metadata: { citations: [cited('p-1')] } })).toMatchObject({ cites: 1 });
});

test('declining, going in circles, repairs, guards and failed calls are seen', async () => {
  const [call] = turn.calls;
  if (!call) throw new Error('there is a call');
  const scores = await scoresOf({
    answer: 'I cannot help with that.',
    path: ['triage', 'sql', 'triage', 'sql'],
    hops: [...turn.hops, { from: 'sql', to: 'search', brief: {}, refused: 'no edge' }],
    repairs: { loop: 2, limit: 1, empty: 1 },
    guards: [
      { agent: 'sql', place: 'answer', guard: 'pii', blocked: true, why: 'a number' },
      { agent: 'sql', place: 'result', guard: 'pii', blocked: false, why: 'a number' },
    ],
    calls: [call, { ...call, failed: true }],
  });
  expect(scores).toMatchObject({
    refused: 1,
    wasted: 3,
    repairs: 4,
    loops: 2,
    limits: 1,
    guards: 2,
    blocked: 1,
    'failed-calls': 0.5,
  });
});

test('a turn that failed has no answer to score, and says how it failed', async () => {
  const scores = await scoresOf({
    answer: '',
    error: { error: 'timeout', message: 'The turn took too long.' },
  });
  expect(scores).toMatchObject({ answered: 0, 'error:timeout': 1, milliseconds: 900 });
  expect(scores).not.toHaveProperty('refused');
  expect(scores).not.toHaveProperty('grounded');
});

test('what is not known is not scored', async () => {
  const measures = { ...turn.measures, firstTokenMs: null, dollars: null };
  const scores = await scoresOf({ measures });
  expect(scores).not.toHaveProperty('firstTokenMs');
  expect(scores).not.toHaveProperty('dollars');
  expect(await scoresOf({ measures: { ...turn.measures, dollars: 0, modelCalls: 0 } })).not.toHaveProperty(
    'dollars',
  );
});
