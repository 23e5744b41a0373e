import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineGuard, type GuardPlace } from '../../src/handoff/define-guard.ts';
import { defineTool, type Tool } from '../../src/handoff/define-tool.ts';
import { expectValidHistory, makeGraph } from '../support/run-graph.ts';
import { call, say, scriptedModel, transfer } from '../support/scripted-model.ts';

const graph =
  'start: a\nagents: [a, b]\nhandoffs: { a: { b: { when: w, brief: { question: string } } } }\nguards: [hush]';
const agents = { b: '---\ntools: [look]\n---\nYou look.' };
const tools = [
  defineTool({
    name: 'look',
    description: 'd',
    parameters: z.object({}),
    run: async () => ({ content: 'a secret and a bomb', artifact: { raw: 'secret' } }),
  }),
] as unknown as Tool[]; // a list of tools has no one type of arguments

/** Takes secrets out and holds bombs back, at the places given. */
function hush(...places: GuardPlace[]) {
  return defineGuard({
    name: 'hush',
    description: 'd',
    places,
    check(text) {
      if (text.includes('bomb')) return { block: 'bombs' };
      return text.includes('secret')
        ? { replace: text.replaceAll('secret', '***'), why: 'secrets' }
        : undefined;
    },
  });
}

test('what the user says reaches no model before it has passed, and is kept as it was said', async () => {
  const chat = scriptedModel([say('ok')]);
  const { values, events } = await makeGraph({ graph, agents, tools, guards: [hush('input')], chat }).ask(
    'my secret',
  );
  expect(chat.requests[0]?.messages).toMatchObject([{ content: 'my ***' }]);
  expect(values.messages[0]).toMatchObject({ content: 'my secret' });
  expect(events.filter(({ type }) => type === 'guard')).toMatchObject([
    { place: 'input', guard: 'hush', blocked: false, why: 'secrets' },
  ]);
});

test('what may not be asked is answered with why, by no model, and the thread goes on', async () => {
  const chat = scriptedModel([say('fine')]);
  const made = makeGraph({ graph, agents, tools, guards: [hush('input')], chat });
  const { values } = await made.ask('a bomb');
  expect(values.messages.at(-1)).toMatchObject({ type: 'ai', name: 'a', content: 'bombs' });
  await made.ask('a flower');
  expect(chat.requests[0]?.messages[0]?.content).toBe('(withheld: bombs)');
});

test('a brief crosses its edge without what a guard took out, or does not cross', async () => {
  const chat = scriptedModel([
    transfer('b', { question: 'bomb?' }),
    transfer('b', { question: 'secret?' }),
    say('ok'),
  ]);
  const { values, events } = await makeGraph({ graph, agents, tools, guards: [hush('brief')], chat }).ask(
    'hi',
  );
  expectValidHistory(values.messages);
  expect(events.filter(({ type }) => type === 'handoff')).toMatchObject([{ brief: { question: '***?' } }]);
  expect(events.filter(({ type }) => type === 'handoff-refused')).toMatchObject([
    { reason: 'question may not be handed over: bombs' },
  ]);
});

test('a result that a guard changed or held back leaves no data beside it', async () => {
  const chat = scriptedModel([transfer('b', { question: 'q' }), call('look'), say('ok')]);
  const { values } = await makeGraph({ graph, agents, tools, guards: [hush('result')], chat }).ask('hi');
  const result = values.messages.findLast(({ type }) => type === 'tool');
  expect(result).toMatchObject({ status: 'error', content: 'The result is withheld: bombs' });
  expect(result).not.toHaveProperty('artifact');
});

test('an answer is heard only when it has passed', async () => {
  const chat = scriptedModel([say('the secret is out'), say('a bomb')]);
  const made = makeGraph({ graph, agents, tools, guards: [hush('answer')], chat });
  const first = await made.ask('hi');
  const heard = first.events.flatMap((event) => (event.type === 'text-delta' ? [event.text] : []));
  expect(heard).toEqual(['the *** is out']);
  expect(first.values.messages.at(-1)?.content).toBe('the *** is out');
  expect((await made.ask('hi')).values.messages.at(-1)?.content).toBe('This answer is withheld: bombs');
});

test('a guard that fails vouches for nothing', async () => {
  const broken = defineGuard({
    name: 'hush',
    description: 'd',
    places: ['input'],
    check: () => Promise.reject(new Error('inner')),
  });
  const { values } = await makeGraph({ graph, agents, tools, guards: [broken], chat: scriptedModel([]) }).ask(
    'hi',
  );
  expect(values.messages.at(-1)?.content).toBe('the check hush could not be made');
});
