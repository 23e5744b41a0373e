import { expect, test } from 'vitest';
import type { ChatRequest } from '../../src/model/chat-model.ts';
import { both, call, say, scriptedModel, transfer } from '../support/scripted-model.ts';

const request: ChatRequest = {
  role: 'fast',
  agent: { name: 'sql', examples: [] },
  system: '',
  messages: [],
  tools: [],
  signal: new AbortController().signal,
};

test('it says its steps in order, records the requests as they were, and is done', async () => {
  const model = scriptedModel([
    both(say('One moment.'), call('a'), transfer('b', { x: 1 })),
    ({ system }) => say(system),
  ]);
  const heard: string[] = [];
  const first = await model(request, (text) => heard.push(text));
  const second = await model({ ...request, system: 'Hello' }, () => {});
  expect(heard.join('')).toBe('One moment.');
  expect(first.calls.map(({ name, args }) => [name, args])).toEqual([
    ['a', {}],
    ['transfer_to_b', { x: 1 }],
  ]);
  expect(second.text).toBe('Hello');
  expect(model.requests.map(({ system }) => system)).toEqual(['', 'Hello']);
  model.done();
});

test('an unforeseen call rejects, and a step that nobody asked for is told', async () => {
  const model = scriptedModel([]);
  await expect(model(request, () => {})).rejects.toThrow('unexpected call 1 (sql), no steps remain');
  expect(() => scriptedModel([say('a')]).done()).toThrow('1 of 1 steps were not asked for');
});
