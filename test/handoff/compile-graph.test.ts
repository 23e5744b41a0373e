import { expect, test } from 'vitest';
import { z } from 'zod';
import { ToolError } from '../../src/errors.ts';
import { defineTool, type Tool } from '../../src/handoff/define-tool.ts';
import type { AiMessage } from '../../src/message.ts';
import { expectValidHistory, makeGraph } from '../support/run-graph.ts';
import { both, call, reply, say, scriptedModel, transfer } from '../support/scripted-model.ts';

const desk = `
start: triage
agents: [triage, clerk, writer]
handoffs:
  triage:
    clerk: { when: the question is about orders, brief: { question: string, urgent?: boolean } }
    writer: a letter is wanted
  clerk:
    writer: the facts are there
limits: { handoffs: 3, calls: 5, onLimit: writer }
`;

const lookUp = defineTool({
  name: 'look_up',
  description: 'Looks up an order.',
  parameters: z.object({ order: z.int() }),
  async run({ order }) {
    if (order === 404) throw new ToolError('There is no order 404.');
    if (order === 500) throw new Error('secret inner text');
    return { content: `order ${order} is on its way`, artifact: { order } };
  },
}) as unknown as Tool; // a list of tools has no one type of arguments

const clerk = '---\ntools: [look_up]\n---\nYou look up orders.';

function contents(messages: { type: string; content: unknown }[]) {
  return messages.filter(({ type }) => type === 'tool').map(({ content }) => content);
}

test('a turn goes hop by hop to an answer, and every hop is told', async () => {
  const chat = scriptedModel([
    transfer('clerk', { question: 'Where is order 7?' }),
    call('look_up', { order: 7 }),
    transfer('writer'),
    say('It is on its way.'),
  ]);
  const { events, values } = await makeGraph({ graph: desk, agents: { clerk }, tools: [lookUp], chat }).ask(
    'Where is my order 7?',
  );
  chat.done();
  expectValidHistory(values.messages);
  expect(values.done).toBe(true);
  expect(values.messages.at(-1)).toMatchObject({ type: 'ai', name: 'writer', content: 'It is on its way.' });
  expect(events.map(({ type }) => type)).toEqual([
    'agent-start',
    'handoff',
    'agent-start',
    'call-start',
    'call-end',
    'agent-start',
    'handoff',
    'agent-start',
    ...'It is on its way.'.split(' ').map(() => 'text-delta'),
  ]);
  expect(values.counts).toMatchObject({ handoffs: 2, calls: 1, tokens: 60 });
});

test('a call and a transfer in one reply are both answered, the tool first', async () => {
  const chat = scriptedModel([
    transfer('clerk', { question: 'q' }),
    both(transfer('writer'), call('look_up', { order: 7 })),
    say('done'),
  ]);
  const { values } = await makeGraph({ graph: desk, agents: { clerk }, tools: [lookUp], chat }).ask('hello');
  expectValidHistory(values.messages);
  expect(contents(values.messages)).toEqual([
    'The conversation is now with clerk.',
    'The conversation is now with writer.',
    'order 7 is on its way',
  ]);
});

test('of two transfers in one reply the first is carried out and the second is told why not', async () => {
  const chat = scriptedModel([both(transfer('writer'), transfer('clerk', { question: 'q' })), say('done')]);
  const { values, events } = await makeGraph({ graph: desk, chat }).ask('hello');
  expectValidHistory(values.messages);
  expect(contents(values.messages)[1]).toContain('the conversation went to writer');
  expect(events.filter(({ type }) => type === 'handoff-refused')).toMatchObject([
    { from: 'triage', to: 'clerk' },
  ]);
});

test('a transfer along no edge, to nobody, or without its brief is refused and the agent goes on', async () => {
  const chat = scriptedModel([
    transfer('triage'),
    transfer('clark'),
    transfer('clerk', { urgent: true }),
    say('I can only say hello.'),
  ]);
  const { values } = await makeGraph({ graph: desk, chat }).ask('hello');
  expectValidHistory(values.messages);
  const [self, unknown, brief] = contents(values.messages);
  expect(self).toContain('There is no transfer "transfer_to_triage"');
  expect(unknown).toContain('Did you mean "transfer_to_clerk"?');
  expect(brief).toContain('question');
  expect(values.agent).toBe('triage');
});

test('a brief of the wrong type is refused with the field that is wrong', async () => {
  const chat = scriptedModel([transfer('clerk', { question: 'q', urgent: 'very' }), say('no')]);
  const { values } = await makeGraph({ graph: desk, chat }).ask('hello');
  expect(contents(values.messages)[0]).toMatch(/urgent: .*boolean/);
});

test('unknown tools, arguments that do not fit, failing tools and failing code are results that the model reads', async () => {
  const calls = [
    call('lookup', { order: 1 }),
    call('look_up', { order: 'x' }),
    call('look_up', { order: 404 }),
    call('look_up', { order: 500 }),
  ];
  const chat = scriptedModel([transfer('clerk', { question: 'q' }), both(...calls), say('I found nothing.')]);
  const { values } = await makeGraph({ graph: desk, agents: { clerk }, tools: [lookUp], chat }).ask('hello');
  expectValidHistory(values.messages);
  const [, unknown, misfit, failed, broken] = contents(values.messages);
  expect(unknown).toContain('Did you mean "look_up"?');
  expect(misfit).toMatch(/order: .*expected number/);
  expect(failed).toBe('There is no order 404.');
  expect(broken).toContain('failed for a reason of its own');
  expect(broken).not.toContain('secret');
});

test('arguments that are not JSON are answered, and the text is kept', async () => {
  const malformed = reply({
    invalidCalls: [{ id: 'c', name: 'look_up', args: '{"order":', error: 'unexpected end' }],
    stop: 'calls',
  });
  const chat = scriptedModel([transfer('clerk', { question: 'q' }), malformed, say('sorry')]);
  const { values } = await makeGraph({ graph: desk, agents: { clerk }, tools: [lookUp], chat }).ask('hello');
  expectValidHistory(values.messages);
  expect(contents(values.messages)[1]).toContain('not JSON');
  expect(
    values.messages.find((message): message is AiMessage => message.type === 'ai' && message.name === 'clerk')
      ?.invalid_tool_calls,
  ).toMatchObject([{ args: '{"order":' }]);
});

test('ids that a model repeats are made unique over the thread', async () => {
  const same = { id: 'call_1', name: 'look_up', args: { order: 1 } };
  const chat = scriptedModel([
    transfer('clerk', { question: 'q' }),
    reply({ calls: [same, same] }),
    reply({ calls: [same] }),
    say('one'),
    transfer('clerk', { question: 'q' }),
    reply({ calls: [{ ...same, id: '' }] }),
    say('two'),
  ]);
  const graph = makeGraph({ graph: desk, agents: { clerk }, tools: [lookUp], chat });
  await graph.ask('first');
  const { values } = await graph.ask('second');
  chat.done();
  expectValidHistory(values.messages);
});

test('an empty reply is asked for once more, and a second one fails the turn', async () => {
  expect(
    (
      await makeGraph({ graph: desk, chat: scriptedModel([say(''), say('hello')]) }).ask('hi')
    ).values.messages.at(-1)?.content,
  ).toBe('hello');
  await expect(
    makeGraph({ graph: desk, chat: scriptedModel([say(''), say('  ')]) }).ask('hi'),
  ).rejects.toThrow('replied with nothing');
});

test('a ping-pong ends in an answer: the limit takes the transfers away and says so', async () => {
  const ring =
    'start: a\nagents: [a, b]\nhandoffs: { a: { b: { when: w, brief: { n: integer } } }, b: { a: { when: w, brief: { n: integer } } } }\nlimits: { handoffs: 3 }';
  const chat = scriptedModel([
    transfer('b', { n: 1 }),
    transfer('a', { n: 2 }),
    transfer('b', { n: 3 }),
    (request) => say(`${request.tools.length} transfers are left`),
  ]);
  const { values } = await makeGraph({ graph: ring, chat }).ask('hi');
  expectValidHistory(values.messages);
  expect(values.messages.at(-1)?.content).toBe('0 transfers are left');
  expect(chat.requests.at(-1)?.system).toContain('has used its 3 handoffs');
});

test('when the calls are spent, the onLimit agent answers without tools', async () => {
  const again = both(...[1, 2, 3, 4, 5].map((order) => call('look_up', { order })));
  const chat = scriptedModel([transfer('clerk', { question: 'q' }), again, say('This is what I know.')]);
  const { values, events } = await makeGraph({ graph: desk, agents: { clerk }, tools: [lookUp], chat }).ask(
    'hi',
  );
  expectValidHistory(values.messages);
  expect(values.messages.at(-1)).toMatchObject({ name: 'writer', content: 'This is what I know.' });
  expect(chat.requests.at(-1)?.tools).toEqual([]);
  expect(events.filter(({ type }) => type === 'handoff').at(-1)).toMatchObject({
    from: 'clerk',
    to: 'writer',
  });
});

test('a model that calls on when nothing is offered still ends the turn with an answer', async () => {
  const graph = 'start: a\nagents: [a]\nlimits: { calls: 1 }';
  const agents = { a: '---\ntools: [look_up]\n---\nYou are a.' };
  const chat = scriptedModel([call('look_up', { order: 1 }), call('look_up', { order: 2 })]);
  const { values } = await makeGraph({ graph, agents, tools: [lookUp], chat }).ask('hi');
  expectValidHistory(values.messages);
  expect(values.messages.at(-1)).toMatchObject({
    type: 'ai',
    tool_calls: [],
    content: expect.stringContaining('limits'),
  });
});

test('an edge that returns to the caller gives the word back when the receiver is done', async () => {
  const graph =
    'start: boss\nagents: [boss, aide]\nhandoffs: { boss: { aide: { when: facts are needed, return: caller } } }';
  const chat = scriptedModel([transfer('aide'), say('The fact is 7.'), say('It is seven.')]);
  const { values, events } = await makeGraph({ graph, chat }).ask('What is it?');
  chat.done();
  expect(values.messages.at(-1)).toMatchObject({ name: 'boss', content: 'It is seven.' });
  expect(events.filter(({ type }) => type === 'handoff')).toMatchObject([
    { from: 'boss', to: 'aide' },
    { from: 'aide', to: 'boss' },
  ]);
  expect(chat.requests.at(-1)?.messages.at(-1)).toMatchObject({
    type: 'human',
    content: 'aide is done. Go on, boss.',
  });
});

test('the next turn begins at the start, or with who answered where it is sticky', async () => {
  const graph = (nextTurn: string) =>
    `start: a\nagents: [a, b]\nhandoffs: { a: { b: always } }\nnextTurn: ${nextTurn}`;
  for (const [nextTurn, speaker] of [
    ['start', 'a'],
    ['sticky', 'b'],
  ]) {
    const chat = scriptedModel([transfer('b'), say('one'), say('two')]);
    const made = makeGraph({ graph: graph(String(nextTurn)), chat });
    await made.ask('first');
    const { values } = await made.ask('second');
    expect(values.messages.at(-1)).toMatchObject({ name: speaker, content: 'two' });
  }
});

test('a call on the approve list waits for a person, who accepts, edits or refuses it', async () => {
  const graph = 'start: a\nagents: [a]\napprove: [look_up]';
  const agents = { a: '---\ntools: [look_up]\n---\nYou are a.' };
  const decisions = [
    ['accept', 'order 7 is on its way'],
    [
      { decision: 'edit', args: { order: 8 } },
      'A person changed the arguments to {"order":8}. order 8 is on its way',
    ],
    [{ decision: 'refuse', reason: 'too dear' }, 'A person refused this call: too dear'],
  ] as const;
  for (const [decision, result] of decisions) {
    const made = makeGraph({
      graph,
      agents,
      tools: [lookUp],
      chat: scriptedModel([call('look_up', { order: 7 }), say('done')]),
    });
    const { interrupts } = await made.ask('hi');
    expect(interrupts).toMatchObject([
      { type: 'approval', agent: 'a', calls: [{ name: 'look_up', args: { order: 7 } }] },
    ]);
    const { values } = await made.resume(decision);
    expectValidHistory(values.messages);
    expect(contents(values.messages)).toEqual([result]);
    expect(values.done).toBe(true);
  }
});

test('a turn cut short between a call and its answer leaves a history that the next turn mends', async () => {
  const controller = new AbortController();
  const slow = {
    ...lookUp,
    run: () =>
      new Promise<string>((_, reject) => {
        controller.signal.addEventListener('abort', () => reject(controller.signal.reason));
        controller.abort(new Error('cancelled'));
      }),
  };
  const chat = scriptedModel([
    transfer('clerk', { question: 'q' }),
    call('look_up', { order: 1 }),
    say('hello again'),
  ]);
  const made = makeGraph({ graph: desk, agents: { clerk }, tools: [slow], chat });
  await expect(made.ask('hi', controller.signal)).rejects.toThrow();
  const { values } = await made.ask('again');
  expectValidHistory(values.messages);
  expect(contents(values.messages).at(-1)).toContain('Not known to have been carried out');
});
