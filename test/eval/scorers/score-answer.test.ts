import { expect, test } from 'vitest';
import { scoreCites } from '../../../src/eval/scorers/score-cites.ts';
import { scoreLimits } from '../../../src/eval/scorers/score-limits.ts';
import { scoreMatches } from '../../../src/eval/scorers/score-matches.ts';
import { scoreSchema } from '../../../src/eval/scorers/score-schema.ts';
import { seenOf, turnOf } from './seen.ts';

test.each([
  [['a.md'], false, { value: 1, passed: true }],
  [['a.md', 'b.md'], false, { value: 1, passed: true }],
  [['a.md', 'x.md'], false, { value: 0.5, passed: false, why: 'The answer also cites x.md.' }],
  [['a.md', 'x.md'], true, { value: 1, passed: true }],
  [
    ['x.md'],
    true,
    { value: 0, passed: false, why: 'The answer cites x.md where a.md or b.md was expected.' },
  ],
  [[], true, { value: 0, passed: false, why: 'The answer cites nothing where a.md or b.md was expected.' }],
])('of a.md and b.md, %j is cited, others may be: %s', async (keys, others, score) => {
  const citations = [...keys, ...keys].map((key, at) => ({ marker: at + 1, key }));
  const scores = await scoreCites({ anyOf: ['a.md', 'b.md'], others }, seenOf({ metadata: { citations } }));
  expect(scores).toMatchObject([{ scorer: 'cites', ...score }]);
});

test('an answer matches all patterns or says which it does not', async () => {
  const seen = seenOf({ answer: 'Ticket T-42 is open.' });
  expect(await scoreMatches(['T-\\d+', '^\\p{Lu}'], seen)).toMatchObject([{ value: 1, passed: true }]);
  expect(await scoreMatches(['T-\\d+', 'closed'], seen)).toMatchObject([
    { scorer: 'matches', value: 0.5, passed: false, why: 'The answer does not match /closed/.' },
  ]);
  await expect(scoreMatches(['('], seen)).rejects.toThrow(SyntaxError);
});

const schema = {
  type: 'object',
  properties: { count: { type: 'integer' }, on: { type: 'string', format: 'date' } },
  required: ['count'],
  unevaluatedProperties: false,
};

test.each([
  ['{"count": 3}', true],
  ['```json\n{"count": 3, "on": "2026-11-21"}\n```', true],
  ['Here it is:\n\n```\nnot this\n```\n\n```json\n{"count": 3}\n```\nDone.', true],
  ['{"count": 3}\n\nEvidence: run_sql `select 3`, 1 row.', true],
  ['{"count": 3, "on": "tomorrow"}', false],
  ['{"count": "3"}', false],
  ['{"count": 3, "more": 1}', false],
  ['There are 3.', false],
])('%j fits: %s', async (answer, fits) => {
  const [score] = await scoreSchema(schema, seenOf({ answer }));
  expect(score).toMatchObject({ scorer: 'schema', passed: fits, value: fits ? 1 : 0 });
});

test('why an answer does not fit is told by place', async () => {
  const [score] = await scoreSchema(schema, seenOf({ answer: '{"count": "3"}' }));
  expect(score?.why).toBe('The answer does not fit: answer/count must be integer.');
  await expect(scoreSchema({ type: 'nonsense' }, seenOf({ answer: '{}' }))).rejects.toThrow();
});

test('a schema with an id can be asked for again', async () => {
  const named = { $id: 'https://example.test/count', ...schema };
  for (const answer of ['{"count": 1}', '{"count": 2}'])
    expect(await scoreSchema(named, seenOf({ answer }))).toMatchObject([{ passed: true }]);
});

test('each limit is a score of its own, and what is not known is not measured', async () => {
  const measures = { ...turnOf({}).measures, milliseconds: 400, tokens: 50, hops: 2, dollars: null };
  const scores = await scoreLimits(
    { milliseconds: 200, tokens: 50, hops: 1, dollars: 0.1 },
    seenOf({ measures }),
  );
  expect(scores).toEqual([
    {
      scorer: 'within:milliseconds',
      value: 0.5,
      passed: false,
      why: 'It took 400 ms, and may take 200 ms.',
      details: { limit: 200, taken: 400 },
    },
    { scorer: 'within:tokens', value: 1, passed: true, details: { limit: 50, taken: 50 } },
    { scorer: 'within:dollars', value: null, passed: false, why: 'The price is not known here.' },
    {
      scorer: 'within:hops',
      value: 0.5,
      passed: false,
      why: 'It took 2 handoffs, and may take 1 handoff.',
      details: { limit: 1, taken: 2 },
    },
  ]);
});

test('nothing may be taken where the limit is 0', async () => {
  const [none] = await scoreLimits({ hops: 0 }, seenOf({}));
  expect(none).toMatchObject({ value: 1, passed: true });
});
