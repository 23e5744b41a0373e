import { expect, test } from 'vitest';
import type { AiMessage, Call, Message, ToolMessage } from '../../src/message.ts';
import { brokenForAnthropic, brokenForGemini, brokenForOpenAi } from './provider-shapes.ts';

const question: Message = { type: 'human', id: 'h', content: 'Where is it?' };

function asks(...calls: Call[]): AiMessage {
  return { type: 'ai', id: calls.map(({ id }) => id).join(), name: 'clerk', content: '', tool_calls: calls };
}

function answer({ id, name }: Call, content = 'here'): ToolMessage {
  return { type: 'tool', id: `t-${id}`, name, tool_call_id: id, status: 'success', content };
}

const says = (content: string): AiMessage => ({ ...asks(), content });

const a: Call = { id: 'a', name: 'look', args: {} };
const b: Call = { id: 'b', name: 'find', args: {} };

const all = (messages: Message[]) =>
  [brokenForOpenAi, brokenForAnthropic, brokenForGemini].map((broken) => broken(messages).length > 0);

test('a history with every call answered behind it is taken by all', () => {
  expect(all([question, asks(a, b), answer(a), answer(b)])).toEqual([false, false, false]);
  expect(all([question, says('No.'), question, asks(a), answer(a), question])).toEqual([false, false, false]);
});

test.each<[string, Message[], boolean[]]>([
  ['a call without an answer', [question, asks(a, b), answer(a)], [true, true, true]],
  ['an answer without a call', [question, answer(a)], [true, true, true]],
  ['an answer twice', [question, asks(a), answer(a), answer(a)], [true, true, true]],
  ['answers in another order', [question, asks(a, b), answer(b), answer(a)], [false, false, true]],
  ['an answer behind another message', [question, asks(a), question, answer(a)], [true, true, true]],
  ['an id twice', [question, asks(a), answer(a), asks(a), answer(a)], [true, true, false]],
  [
    'an id with a space',
    [question, asks({ ...a, id: 'a 1' }), answer({ ...a, id: 'a 1' })],
    [false, true, false],
  ],
  [
    'an id that is long',
    [question, asks({ ...a, id: 'i'.repeat(65) }), answer({ ...a, id: 'i'.repeat(65) })],
    [true, false, false],
  ],
  [
    'a name with a space',
    [question, asks({ ...a, name: 'look up' }), answer({ ...a, name: 'look up' })],
    [true, true, true],
  ],
  [
    'a name that begins with a digit',
    [question, asks({ ...a, name: '1st' }), answer({ ...a, name: '1st' })],
    [false, false, true],
  ],
  [
    'a name with a point',
    [question, asks({ ...a, name: 'a.b' }), answer({ ...a, name: 'a.b' })],
    [true, true, false],
  ],
  ['an assistant who begins', [says('Hello.'), question], [false, true, true]],
  ['an assistant who ends', [question, says('Hello.')], [true, true, true]],
  ['an assistant who says nothing', [question, says(''), question], [true, true, true]],
  ['an assistant who says a blank', [question, says(' '), question], [false, true, false]],
  ['half a surrogate pair', [{ ...question, content: '\ud83d' }], [true, true, true]],
])('%s is refused', (_, messages, broken) => {
  expect(all(messages)).toEqual(broken);
});
