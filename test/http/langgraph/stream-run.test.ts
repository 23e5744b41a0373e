import { expect, test } from 'vitest';
import { emptyState, type StateValues } from '../../../src/handoff/state.ts';
import { finalValues } from '../../../src/http/langgraph/final-values.ts';
import { readPosition } from '../../../src/http/langgraph/frame.ts';
import type { StreamMode } from '../../../src/http/langgraph/stream-modes.ts';
import { streamRun } from '../../../src/http/langgraph/stream-run.ts';
import type { TurnEvent, TurnStart } from '../../../src/turn-event.ts';
import { answered, asked, called, collect, found, ids, logged, turn } from '../../support/logged-events.ts';
import { type ReadFrame, readFrames } from './read-frames.ts';

const fresh = async (): Promise<StateValues> => emptyState('triage');
const bare = { additional_kwargs: {}, response_metadata: {} };

async function textOf(events: TurnEvent[], modes: StreamMode[], lastId = '-1'): Promise<string> {
  const after = readPosition(lastId);
  if (!after) throw new Error(`${lastId} is no position`);
  const frames = await collect(streamRun(logged(events), { modes, stateAt: fresh, after }));
  return frames.join('');
}

async function framesOf(events: TurnEvent[], ...modes: StreamMode[]): Promise<ReadFrame[]> {
  return readFrames(await textOf(events, modes));
}

test('a stream begins with the run and its attempt, in compact JSON', async () => {
  const text = await textOf(turn.slice(0, 1), ['updates']);
  expect(text).toContain(`event: metadata\ndata: {"run_id":"${ids.runId}","attempt":1}\nid: 1\n\n`);
});

test('values are the state after the input and after each step', async () => {
  const frames = (await framesOf(turn, 'values')).filter(({ event }) => event === 'values');
  expect(frames.map(({ data }) => data)).toEqual([
    { agent: 'clerk', messages: [{ ...bare, ...asked }] },
    { agent: 'clerk', messages: [asked, called].map((message) => ({ ...bare, ...message })) },
    { agent: 'clerk', messages: [asked, called, found].map((message) => ({ ...bare, ...message })) },
    {
      agent: 'clerk',
      messages: [asked, called, found, answered].map((message) => ({ ...bare, ...message })),
    },
  ]);
});

test('values begin from the state that the turn began from', async () => {
  const before = { ...emptyState('triage'), messages: [answered], agent: 'clerk' };
  const frames = streamRun(logged(turn), { modes: ['values'], stateAt: async () => before });
  const [, first] = readFrames((await collect(frames)).join(''));
  expect(first?.data).toEqual({
    agent: 'clerk',
    messages: [
      { ...bare, ...answered },
      { ...bare, ...asked },
    ],
  });
});

test('updates are what each step added, by its node', async () => {
  const frames = await framesOf(turn, 'updates');
  expect(frames.map(({ event, data }) => [event, Object.keys(data)])).toEqual([
    ['metadata', ['run_id', 'attempt']],
    ['updates', ['clerk']],
    ['updates', ['tools']],
    ['updates', ['clerk']],
  ]);
  expect(frames[3]?.data).toEqual({ clerk: { messages: [{ ...bare, ...answered }] } });
});

test('messages-tuple: the pieces of an id add up to the message, calls and usage included', async () => {
  const frames = (await framesOf(turn, 'messages-tuple')).filter(({ event }) => event === 'messages');
  const pieces = frames.map(({ data }) => data[0] ?? {});
  const textOfId = (id: string) =>
    pieces
      .filter((piece) => piece.id === id)
      .map(({ content }) => content)
      .join('');
  expect(textOfId('a1')).toBe('One moment.');
  expect(textOfId('a2')).toBe('It is on its way.');
  expect(
    pieces.find(({ id, tool_calls }) => id === 'a1' && JSON.stringify(tool_calls) !== '[]'),
  ).toMatchObject({
    tool_calls: called.tool_calls,
    tool_call_chunks: [{ id: 'c1', name: 'look_up', args: '{"order":7}', index: 0, type: 'tool_call_chunk' }],
  });
  expect(pieces.at(-1)).toMatchObject({ type: 'AIMessageChunk', usage_metadata: answered.usage_metadata });
  expect(pieces.filter(({ type }) => type === 'tool')).toEqual([{ ...bare, ...found }]);
  expect(frames[0]?.data[1]).toMatchObject({
    langgraph_node: 'clerk',
    langgraph_step: 1,
    run_id: ids.runId,
    thread_id: ids.threadId,
  });
});

test('messages: where from once, then what was said so far, then all', async () => {
  const frames = (await framesOf(turn, 'messages')).slice(1);
  const shape = frames.map(({ event, data }) => {
    const [first] = Object.values(data) as { content?: string }[];
    return event === 'messages/metadata' ? [event, Object.keys(data)[0]] : [event, first?.content];
  });
  expect(shape).toEqual([
    ['messages/metadata', 'h1'],
    ['messages/complete', 'Where is order 7?'],
    ['messages/metadata', 'a1'],
    ['messages/partial', 'One '],
    ['messages/partial', 'One moment.'],
    ['messages/complete', 'One moment.'],
    ['messages/metadata', 't1'],
    ['messages/complete', 'On its way.'],
    ['messages/metadata', 'a2'],
    ['messages/partial', 'It is '],
    ['messages/complete', 'It is on its way.'],
  ]);
});

test('custom: what tools say as they say it, hops and calls by their type', async () => {
  const frames = (await framesOf(turn, 'custom')).slice(1);
  expect(frames.map(({ data }) => data.type ?? data)).toEqual([
    'agent-start',
    'call-start',
    { looking: 7 },
    'call-end',
    'agent-start',
    'turn-end',
  ]);
  expect(frames[0]?.data).toEqual({ type: 'agent-start', agent: 'clerk', step: 1 });
});

test('a turn that waits shows what for, with its values and as an update', async () => {
  const interrupted: TurnEvent = { type: 'interrupted', interrupts: [{ id: 'i1', value: { ok: false } }] };
  const frames = await framesOf([...turn.slice(0, 5), interrupted], 'values', 'updates');
  const [updates, values] = frames.slice(-2);
  expect(values).toMatchObject({ event: 'values', data: { __interrupt__: interrupted.interrupts } });
  expect(values?.data.messages).toHaveLength(2);
  expect(updates).toMatchObject({ event: 'updates', data: { __interrupt__: interrupted.interrupts } });
});

test.each([
  ['cancelled', 'UserInterrupt'],
  ['model', 'ModelError'],
  ['timeout', 'TimeoutError'],
  ['internal', 'InternalError'],
] as const)('a turn that ends by %s ends its stream with the error %s', async (error, name) => {
  const events: TurnEvent[] = [...turn.slice(0, 3), { type: 'turn-error', error, message: 'Why.' }];
  expect((await framesOf(events, 'values')).at(-1)).toEqual({
    event: 'error',
    id: '4',
    data: { error: name, message: 'Why.' },
  });
  expect(await finalValues(logged(events), fresh)).toEqual({ __error__: { error: name, message: 'Why.' } });
});

test('a run that is cancelled before it begins says so', async () => {
  const events: TurnEvent[] = [{ type: 'turn-error', error: 'cancelled', message: 'Stopped.' }];
  expect(await framesOf(events, 'values')).toEqual([
    { event: 'error', id: '1', data: { error: 'UserInterrupt', message: 'Stopped.' } },
  ]);
});

test('a log that stops without a last event ends the stream with an error', async () => {
  expect((await framesOf(turn.slice(0, 4), 'values')).at(-1)).toMatchObject({
    event: 'error',
    id: undefined,
  });
});

test('whatever frame a client saw last, it gets all that follow and none again', async () => {
  const modes: StreamMode[] = ['values', 'updates', 'messages', 'messages-tuple', 'custom'];
  const whole = await textOf(turn, modes);
  const all = readFrames(whole);
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  for (const [at, { id }] of all.entries()) {
    expect(readFrames(await textOf(turn, modes, id))).toEqual(all.slice(at + 1));
  }
  expect(await textOf(turn, modes, '-1')).toBe(whole);
});

test.each(['', 'x', '1.', '.5', '-2', '1e3', '9'.repeat(30)])('%j is no position in a stream', (id) => {
  expect(readPosition(id)).toBeUndefined();
});

test('who waits for a run gets the state at its end', async () => {
  expect(await finalValues(logged(turn), fresh)).toEqual({
    agent: 'clerk',
    messages: [asked, called, found, answered].map((message) => ({ ...bare, ...message })),
  });
});

test('events of an unfinished attempt are replaced by those of the next', async () => {
  const again = turn.map((event) => (event.type === 'turn-start' ? { ...event, attempt: 2 } : event));
  const frames = await framesOf([...turn.slice(0, 5), ...again], 'values');
  expect(frames.filter(({ event }) => event === 'metadata').map(({ data }) => data)).toMatchObject([
    { attempt: 1 },
    { attempt: 2 },
  ]);
  expect(frames.at(-1)?.data.messages).toHaveLength(4);
});

test('the state that a run goes on from comes first, even when it adds nothing', async () => {
  const resumed: TurnEvent[] = [
    { ...(turn[0] as TurnStart), input: [], checkpointId: 'c' },
    ...turn.slice(5),
  ];
  const before = { ...emptyState('clerk'), messages: [asked, called] };
  const frames = streamRun(logged(resumed), { modes: ['values', 'tasks'], stateAt: async () => before });
  const [, values, task] = readFrames((await collect(frames)).join(''));
  expect(values?.data.messages).toHaveLength(2);
  expect(task?.data).toMatchObject({ name: 'tools', triggers: ['branch:to:tools'] });
});

test('a turn that is stopped between nodes has no task that waits', async () => {
  const stopped: TurnEvent[] = [...turn.slice(0, 5), { type: 'interrupted', interrupts: [] }];
  const tasks = (await framesOf(stopped, 'tasks')).filter(({ event }) => event === 'tasks');
  expect(tasks.map(({ data }) => data.name)).toEqual(['clerk', 'clerk']);
});

test('a turn that fails in a node says so of its task', async () => {
  const failed: TurnEvent[] = [
    ...turn.slice(0, 8),
    { type: 'turn-error', error: 'timeout', message: 'Late.' },
  ];
  const frames = await framesOf(failed, 'tasks', 'debug');
  expect(frames.at(-1)?.event).toBe('error');
  const told = frames.filter(({ event }) => event === 'tasks').at(-1);
  expect(told?.data).toMatchObject({ name: 'tools', error: 'Late.', result: {} });
});
