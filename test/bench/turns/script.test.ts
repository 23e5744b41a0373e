import { expect, test } from 'vitest';
import { answerText, numberOf, questionOf, sumIn } from '../../../bench/turns/conversation.ts';
import { nextReply, type WireMessage } from '../../../bench/turns/script.ts';
import { streamOf } from '../../../bench/turns/wire.ts';

const number = numberOf(7);
const asked = (of: number): WireMessage => ({ role: 'user', content: questionOf(of) });
const called = (id: string, name: string): WireMessage => ({
  role: 'assistant',
  tool_calls: [{ id, function: { name } }],
});
const returned = (id: string, content: string): WireMessage => ({ role: 'tool', tool_call_id: id, content });

const turn = (of: number): WireMessage[] => [
  asked(of),
  called('a', 'search_films'),
  returned('a', '{"films":[]}'),
  called('b', 'transfer_to_sql'),
  returned('b', 'Transferred.'),
  called('c', 'run_sql'),
  returned('c', `{"columns":["answer"],"rows":[[${of + 149}]],"rowCount":1}`),
  called('d', 'transfer_to_answer'),
  returned('d', 'Transferred.'),
];
const agents = [
  ['search_films', 'transfer_to_sql'],
  ['run_sql', 'transfer_to_answer'],
];

test('each agent calls its tool and then hands over', () => {
  const all = turn(number);
  const say = (until: number, agent: number) => nextReply(all.slice(0, until), agents[agent] ?? []);
  expect(say(1, 0)).toMatchObject({ call: 'search_films' });
  expect(say(3, 0)).toMatchObject({ call: 'transfer_to_sql' });
  expect(say(5, 1)).toMatchObject({
    call: 'run_sql',
    args: { sql: expect.stringContaining(String(number)) },
  });
  expect(say(7, 1)).toMatchObject({ call: 'transfer_to_answer' });
});

test('the answer has what the database returned in this turn, and not what it returned before', () => {
  const messages = [...turn(numberOf(6)), { role: 'assistant', content: 'Said.' }, ...turn(number)];
  const reply = nextReply(messages, []);
  expect(reply).toMatchObject({ number });
  expect('tokens' in reply && reply.tokens.join('')).toBe(answerText(number + 149));
  expect('tokens' in reply && reply.tokens.length).toBe(120);
});

test('a new question of the same thread begins from the start', () => {
  expect(nextReply([...turn(numberOf(6)), asked(number)], agents[0] ?? [])).toMatchObject({
    number,
    call: 'search_films',
  });
});

test('where the database returned no sum, the answer says what it returned', () => {
  const failed = [...turn(number).slice(0, 6), returned('c', `It failed: select ${number}`)];
  const reply = nextReply(failed, []);
  expect('tokens' in reply && reply.tokens.join('')).toMatch(/^Verdict without a sum \(It failed/);
  expect(sumIn(`nothing but ${number}`, number)).toBeUndefined();
});

test('a reply is streamed as OpenAI streams it, and no two replies or calls have the same id', () => {
  const read = (pieces: string[]) =>
    pieces
      .join('')
      .split('\n\n')
      .filter((frame) => frame.startsWith('data: {'))
      .map((frame) => JSON.parse(frame.slice('data: '.length)));
  const said = streamOf({ number, tokens: ['One', ' "two"'] });
  expect(said).toHaveLength(3);
  expect(said.at(-1)).toMatch(/data: \[DONE\]\n\n$/);
  expect(
    read(said)
      .map(({ choices }) => choices[0]?.delta.content ?? '')
      .join(''),
  ).toBe('One "two"');
  const calls = [1, 2].map(() => read(streamOf({ number, call: 'run_sql', args: { sql: 'select 1' } })));
  const [one, other] = calls.map((chunks) => chunks[1].choices[0].delta.tool_calls[0]);
  expect(JSON.parse(one.function.arguments)).toEqual({ sql: 'select 1' });
  expect(one.id).not.toBe(other.id);
  expect(calls[0]?.[0].id).not.toBe(calls[1]?.[0].id);
});
