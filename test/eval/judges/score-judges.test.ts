import { expect, test } from 'vitest';
import { scoreJudges } from '../../../src/eval/judges/score-judges.ts';
import { openCassettes } from '../../../src/model/cassettes/open-cassettes.ts';
import { atPlace } from '../../../src/model/cassettes/place.ts';
import { type ChatModel, ModelError } from '../../../src/model/chat-model.ts';
import { inTenant } from '../../../src/tenancy.ts';
import { here, makeFolder, models, noModel } from '../../model/cassettes/open-test-tapes.ts';
import { openTestContext } from '../../support/open-test-context.ts';
import { reply, say, scriptedModel } from '../../support/scripted-model.ts';
import { seenOf, tone, turnOf, verdict, wordy } from './judged.ts';

test('the median of the judges counts, and how far they are apart is told', async () => {
  const chat = scriptedModel([verdict(0.9), verdict(0.2, 'It is curt.'), verdict(0.8)]);
  const [score] = await scoreJudges([{ ...tone, roles: ['careful', 'fast', 'careful'] }], seenOf(chat));
  expect(score).toMatchObject({ scorer: 'judge:tone', value: 0.8, passed: true });
  expect(score?.details).toMatchObject({
    judges: [{ role: 'careful' }, { role: 'careful' }, { role: 'fast' }],
    unable: [],
  });
  expect(score?.details).toMatchObject({ spread: expect.closeTo(0.7) });
  expect(chat.requests.map(({ role, agent }) => `${role} ${agent.name}`)).toEqual([
    'careful judge:tone',
    'fast judge:tone',
    'careful judge:tone',
  ]);
});

test('two judges have the mean of both, and what fails says why in the words of the nearest', async () => {
  const chat = scriptedModel([verdict(0.1, 'It is rude.'), verdict(0.7)]);
  const [score] = await scoreJudges([{ ...tone, roles: ['careful', 'fast'] }], seenOf(chat));
  expect(score?.value).toBeCloseTo(0.4);
  expect(score?.passed).toBe(false);
  expect(score?.why).toMatch(
    /^It is judged at 0.4 of at least 0.7, though the judges are 0.6 apart: It is rude\.$/,
  );
});

test('what no model can judge is not measured, and those that can judge do it without the others', async () => {
  const none = await scoreJudges([{ ...tone, roles: ['offline'] }], seenOf(noModel));
  expect(none).toEqual([
    {
      scorer: 'judge:tone',
      value: null,
      passed: false,
      why: 'It was not measured: no model that understands language plays offline.',
    },
  ]);
  const [some] = await scoreJudges(
    [{ ...tone, roles: ['offline', 'fast'] }],
    seenOf(scriptedModel([verdict(1)])),
  );
  expect(some).toMatchObject({ value: 1, details: { unable: ['offline'] } });
});

test('where there is no answer nobody is asked', async () => {
  const [score] = await scoreJudges([tone], seenOf(noModel, [turnOf({ answer: ' ' })]));
  expect(score).toMatchObject({ value: 0, passed: false, why: 'There is no answer to judge.' });
});

test.each([
  ['calls nothing', wordy, /No tool calls found/],
  ['gives a score that is none', verdict(7), /score: Too big/],
  [
    'gives no reason',
    reply({ calls: [{ id: 'c', name: 'give_score', args: { score: 1 } }] }),
    /reasoning: Invalid input/,
  ],
  [
    'calls another tool',
    reply({ calls: [{ id: 'c', name: 'rate', args: { score: 1 } }] }),
    /No tool call found with name give_score/,
  ],
  [
    'writes no JSON',
    reply({ invalidCalls: [{ id: 'c', name: 'give_score', args: '{"sc', error: 'x' }] }),
    /No tool calls found/,
  ],
])('a judge that %s is told so once, and then there is no score but an error', async (_, bad, fault) => {
  const mended = scriptedModel([bad, verdict(0.9)]);
  expect(await scoreJudges([tone], seenOf(mended))).toMatchObject([{ value: 0.9 }]);
  expect(mended.requests[1]?.messages).toHaveLength(1);
  expect(mended.requests[1]?.messages[0]?.content).toMatch(fault);

  const never = scriptedModel([bad, bad]);
  await expect(scoreJudges([tone], seenOf(never))).rejects.toMatchObject({ name: 'JudgeError' });
  never.done();
});

test('a verdict that is written instead of called is read', async () => {
  for (const text of [
    '{"reasoning": "ok", "score": 0.75}',
    'Here:\n```json\n{"reasoning": "ok", "score": 0.75}\n```',
  ])
    expect(await scoreJudges([tone], seenOf(scriptedModel([say(text)])))).toMatchObject([{ value: 0.75 }]);
});

test('a judge that is away is an error and no score, and is not asked again', async () => {
  let asked = 0;
  const away: ChatModel = async () => {
    asked += 1;
    throw new ModelError('unavailable', 'It is away.');
  };
  await expect(scoreJudges([tone], seenOf(away))).rejects.toMatchObject({
    name: 'ModelError',
    reason: 'unavailable',
  });
  expect(asked).toBe(1);
});

test('a judge is shown the question, the answer, the reference and the evidence that it needs, and not more than fits', async () => {
  const calls = [
    {
      agent: 'clerk',
      name: 'look_up',
      args: { order: 7 },
      result: 'On its way.',
      failed: false,
      milliseconds: 1,
    },
    {
      agent: 'clerk',
      name: 'look_up',
      args: { order: 8 },
      result: 'No such order.',
      failed: true,
      milliseconds: 1,
    },
  ];
  const turns = [
    turnOf({ user: 'Hello.', answer: 'Good day.' }),
    turnOf({ calls, answer: `It begins. ${'x'.repeat(30_000)} It ends.` }),
  ];
  const chat = scriptedModel([verdict(1), verdict(1)]);

  await scoreJudges(
    [{ ...tone, reference: 'It left on Monday.', evidence: true }, tone],
    seenOf(chat, turns),
  );

  const [asked, plain] = chat.requests.map(({ messages }) => String(messages[0]?.content));
  expect(asked).toContain('The user: Hello.\nThe assistant: Good day.');
  expect(asked).toContain('Where is order 7?');
  expect(asked).toContain('It left on Monday.');
  expect(asked).toContain('look_up({"order":7}) returned:\nOn its way.');
  expect(asked).not.toContain('No such order.');
  expect(asked).toMatch(/It begins\.[\s\S]*characters are left out here[\s\S]*It ends\./);
  expect(asked?.length).toBeLessThan(22_000);
  expect(plain).not.toContain('On its way.');
  expect(chat.requests[0]?.system).toMatch(/# The criterion\n\nIt is polite\.$/);
});

test('judges are recorded and replayed with their attempt, votes too, and metered as any call', async () => {
  const dir = await makeFolder();
  const judgement = { ...tone, roles: ['careful', 'careful'] };
  const live = openCassettes({ dir, mode: 'record', place: () => undefined });
  const scripted = scriptedModel([verdict(0.2), verdict(0.6)]);
  const context = await openTestContext({ chat: live.wrap(scripted, models) });
  const judge = () =>
    scoreJudges([judgement], { ...seenOf(noModel), subject: { ...seenOf(noModel).subject, context } });
  const recorded = await inTenant('local', () => atPlace(here, judge));
  await live.close();
  await context.ledger.flush();

  const metered = await inTenant('local', () =>
    context.db.selectFrom('baton.model_call').select(['role', 'agent', 'outcome']).execute(),
  );
  expect(metered).toEqual([
    { role: 'careful', agent: 'judge:tone', outcome: 'ok' },
    { role: 'careful', agent: 'judge:tone', outcome: 'ok' },
  ]);

  const tape = openCassettes({ dir, mode: 'replay', place: () => undefined }).wrap(noModel, models);
  const replayed = await atPlace(here, () => scoreJudges([judgement], seenOf(tape)));
  expect(replayed).toEqual(recorded);
  const other = atPlace(here, () => scoreJudges([{ ...judgement, criteria: 'It is kind.' }], seenOf(tape)));
  await expect(other).rejects.toMatchObject({ name: 'CassetteMissError', miss: { agent: 'judge:tone' } });
}, 60_000);
