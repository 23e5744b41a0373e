import { expect, test } from 'vitest';
import { z } from 'zod';
import { announcedHandoff } from '../../src/handoff/announced-handoff.ts';
import { defineTool, type Tool } from '../../src/handoff/define-tool.ts';
import type { Edge } from '../../src/handoff/graph-file.ts';
import type { TurnEvent } from '../../src/turn-event.ts';
import { expectValidHistory, makeGraph } from '../support/run-graph.ts';
import { both, call, reply, say, scriptedModel, transfer } from '../support/scripted-model.ts';

const ring = 'start: a\nagents: [a, b]\nhandoffs: { a: { b: always }, b: { a: always } }';

let draws = 0;
const tools = [
  defineTool({
    name: 'look',
    description: 'd',
    parameters: z.object({ at: z.int() }),
    run: async ({ at }) => `saw ${at}`,
  }),
  defineTool({
    name: 'draw',
    description: 'd',
    parameters: z.object({}),
    run: async () => `drew ${++draws}`,
  }),
] as unknown as Tool[]; // a list of tools has no one type of arguments

const looker = '---\ntools: [look, draw]\n---\nYou look.';

function repairsIn(events: TurnEvent[]) {
  return events.flatMap((event) => (event.type === 'repair' ? [event.repair] : []));
}

test('the same handoff again, while nothing new is known, is refused, closes its edge and ends in an answer', async () => {
  const chat = scriptedModel([
    transfer('b'),
    transfer('a'),
    transfer('b'),
    (request) => say(`left: ${request.tools.map(({ name }) => name)}`),
  ]);
  const { values, events } = await makeGraph({ graph: ring, chat }).ask('hi');
  chat.done();
  expectValidHistory(values.messages);
  expect(values.messages.at(-1)).toMatchObject({ name: 'a', content: 'left: ' });
  expect(repairsIn(events)).toEqual(['loop']);
  expect(values.course.repairs.loop).toBe(1);
  expect(chat.requests.at(-1)?.system).toContain('b: the conversation went to b with the same brief before');
});

test('the same handoff again is carried out when something was found out in between', async () => {
  const chat = scriptedModel([
    transfer('b'),
    call('look', { at: 1 }),
    transfer('a'),
    transfer('b'),
    say('done'),
  ]);
  const { values, events } = await makeGraph({ graph: ring, agents: { b: looker }, tools, chat }).ask('hi');
  expect(repairsIn(events)).toEqual([]);
  expect(values.messages.at(-1)).toMatchObject({ name: 'b', content: 'done' });
});

test('an edge is closed until the next turn only', async () => {
  const turn = [transfer('b'), transfer('a'), transfer('b'), say('done')];
  const chat = scriptedModel([...turn, ...turn]);
  const graph = makeGraph({ graph: ring, chat });
  await graph.ask('one');
  const { events } = await graph.ask('two');
  expect(events.filter(({ type }) => type === 'handoff')).toHaveLength(2);
});

test('an edge with a limit is offered no more when it is used up', async () => {
  const graph =
    'start: a\nagents: [a, b]\nhandoffs: { a: { b: { when: w, brief: { n: integer }, limit: 1, return: caller } } }';
  const chat = scriptedModel([
    transfer('b', { n: 1 }),
    say('ok'),
    transfer('b', { n: 2 }),
    (request) => say(`${request.tools.length} left`),
  ]);
  const { values, events } = await makeGraph({ graph, chat }).ask('hi');
  expectValidHistory(values.messages);
  expect(values.messages.at(-1)?.content).toBe('0 left');
  expect(repairsIn(events)).toEqual(['limit']);
});

test('a call that returned the same three times is not carried out a fourth time', async () => {
  const graph = 'start: a\nagents: [a]';
  const again = () => call('look', { at: 1 });
  const chat = scriptedModel([again(), again(), again(), again(), say('done')]);
  const { values, events } = await makeGraph({ graph, agents: { a: looker }, tools, chat }).ask('hi');
  expectValidHistory(values.messages);
  expect(values.messages.at(-2)).toMatchObject({
    status: 'error',
    content: expect.stringContaining('the same 3 times'),
  });
  expect(repairsIn(events)).toEqual(['loop']);
});

test('a call whose result changes may be made again and again', async () => {
  const chat = scriptedModel([...Array.from({ length: 6 }, () => call('draw')), say('done')]);
  const { events } = await makeGraph({
    graph: 'start: a\nagents: [a]',
    agents: { a: looker },
    tools,
    chat,
  }).ask('hi');
  expect(repairsIn(events)).toEqual([]);
});

test('a handoff that is announced and not made is repaired once, and taken as the answer after that', async () => {
  const promise = say("Sure, I'll transfer you to b now.");
  const mended = scriptedModel([promise, transfer('b'), say('Here is b.')]);
  const first = await makeGraph({ graph: ring, chat: mended }).ask('hi');
  expect(first.values.messages.at(-1)).toMatchObject({ name: 'b', content: 'Here is b.' });
  expect(repairsIn(first.events)).toEqual(['promise']);
  expect(mended.requests[1]?.system).toContain('You said that you would hand over to b');
  expect(mended.requests[1]?.messages.at(-1)).toMatchObject({ type: 'human', content: 'Go on, a.' });

  const kept = await makeGraph({ graph: ring, chat: scriptedModel([promise, promise]) }).ask('hi');
  expect(kept.values.done).toBe(true);
  expect(kept.values.course.repairs.promise).toBe(1);
});

const edges = [{ from: 'a', to: 'billing' }] as Edge[]; // all that is read

test.each([
  "I'll transfer you to billing.",
  'Let me connect you with our billing team.',
  'I am handing this over to billing now.',
  'Transferring you to billing…',
  'I will pass you on to a colleague.',
  'We’ll forward your question to billing.',
])('"%s" announces a handoff', (text) => {
  expect(announcedHandoff(text, edges)).toBeDefined();
});

test.each([
  'Your transfer of 20 dollars has arrived.',
  'Would you like me to transfer you to billing?',
  'You can hand the film back at any store.',
  'The total is 20 dollars.',
  `I put the numbers together. ${'A long answer follows. '.repeat(40)} I can pass it on to you as a file.`,
])('"%s" announces none', (text) => {
  expect(announcedHandoff(text, edges)).toBeUndefined();
});

test('where nobody could be handed over to, words are words', () => {
  expect(announcedHandoff("I'll transfer you to billing.", [])).toBeUndefined();
});

test('a brief that does not fit is asked for once; the second time its edge is closed', async () => {
  const graph = 'start: a\nagents: [a, b]\nhandoffs: { a: { b: { when: w, brief: { question: string } } } }';
  const chat = scriptedModel([
    transfer('b'),
    transfer('b', { question: 7 }),
    (request) => say(`${request.tools.length} left`),
  ]);
  const { values, events } = await makeGraph({ graph, chat }).ask('hi');
  expectValidHistory(values.messages);
  expect(values.messages.at(-1)?.content).toBe('0 left');
  expect(repairsIn(events)).toEqual(['brief', 'brief']);
});

test('an empty reply is an event and a count', async () => {
  const { values, events } = await makeGraph({
    graph: ring,
    chat: scriptedModel([say(''), say('here')]),
  }).ask('hi');
  expect(repairsIn(events)).toEqual(['empty']);
  expect(values.course.repairs.empty).toBe(1);
});

test('names and ids that no provider takes are mended, and the model is told of the name', async () => {
  const odd = reply({
    calls: [
      { id: 'call 1!', name: 'look up!', args: {} },
      { id: 'x'.repeat(300), name: 'transfer to b', args: {} },
    ],
  });
  const { values } = await makeGraph({ graph: ring, chat: scriptedModel([odd, say('done')]) }).ask('hi');
  expectValidHistory(values.messages);
  const calls = values.messages.flatMap((message) => (message.type === 'ai' ? message.tool_calls : []));
  for (const { id, name } of calls) expect([id, name].every((text) => /^[\w-]{1,64}$/.test(text))).toBe(true);
});

test('pending approvals are answered one by one, and the others wait on', async () => {
  const graph = 'start: a\nagents: [a]\napprove: [look]';
  const chat = scriptedModel([both(call('look', { at: 1 }), call('look', { at: 2 })), say('done')]);
  const made = makeGraph({ graph, agents: { a: looker }, tools, chat });
  const { interrupts } = await made.ask('hi');
  const [{ calls }] = interrupts as unknown as [{ calls: { id: string }[] }]; // what askApproval shows
  const garbage = await made.resume('whatever');
  expect(garbage.interrupts).toMatchObject([{ calls: [{ args: { at: 1 } }, { args: { at: 2 } }] }]);
  const partial = await made.resume({ [String(calls[1]?.id)]: { decision: 'refuse', reason: 'no' } });
  expect(partial.interrupts).toMatchObject([{ calls: [{ args: { at: 1 } }] }]);
  const { values } = await made.resume('accept');
  expectValidHistory(values.messages);
  expect(values.messages.flatMap((message) => (message.type === 'tool' ? [message.content] : []))).toEqual([
    'saw 1',
    'A person refused this call: no',
  ]);
});

test('an edge that shows a summary gives the receiver what a model made of the thread, and the brief', async () => {
  const graph =
    'start: a\nagents: [a, b]\nhandoffs: { a: { b: { when: w, brief: { question: string }, context: summary } } }';
  const chat = scriptedModel([
    transfer('b', { question: 'where?' }),
    say('The user looks for a film.'),
    say('found'),
  ]);
  const { values } = await makeGraph({ graph, chat }).ask('I look for a film about bees');
  chat.done();
  expectValidHistory(values.messages);
  expect(chat.requests[1]).toMatchObject({ role: 'fast', tools: [] });
  expect(chat.requests[2]?.messages).toMatchObject([
    { type: 'human', content: 'question: where?\nWhat happened so far: The user looks for a film.' },
  ]);
});
