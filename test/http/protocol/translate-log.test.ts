import { expect, test } from 'vitest';
import { emptyState } from '../../../src/handoff/state.ts';
import { matches } from '../../../src/http/langgraph/protocol/event-filter.ts';
import type { ProtocolEvent } from '../../../src/http/langgraph/protocol/protocol-event.ts';
import { translateLog } from '../../../src/http/langgraph/protocol/translate-log.ts';
import type { StateAt } from '../../../src/http/langgraph/run-view.ts';
import type { LoggedEvent, TurnEvent } from '../../../src/turn-event.ts';
import { answered, asked, called, collect, found, ids, logged, turn } from '../../support/logged-events.ts';

const nothing: StateAt = async () => emptyState('clerk');
const translate = (events: TurnEvent[], stateAt = nothing) => collect(translateLog(logged(events), stateAt));
const [start = [] as never, ...rest] = turn;

function told(events: ProtocolEvent[], method: string): Record<string, unknown>[] {
  return events
    .filter((event) => event.method === method)
    .map(({ data }) => (typeof data === 'function' ? data() : data) as Record<string, unknown>);
}

function json(update: object) {
  return JSON.parse(JSON.stringify(update));
}

const step = (...messages: object[]): TurnEvent => ({
  type: 'step-end',
  node: 'clerk',
  step: 1,
  update: json({ messages }),
});
const delta = (messageId: string, text: string): TurnEvent => ({
  type: 'text-delta',
  agent: 'clerk',
  messageId,
  text,
  step: 1,
});

test('every event has a number of its own, in order, wherever the reader begins', async () => {
  const two = [...turn, ...turn].map((event, at) => ({ event, seq: at + 1 }));
  async function* from(first: number): AsyncGenerator<LoggedEvent> {
    for (const { event, seq } of two.slice(first - 1)) {
      const runId = seq > turn.length ? '01a00000-0000-7000-8000-000000000009' : ids.runId;
      yield { ...event, ...ids, runId, seq, at: seq };
    }
  }
  const all = await collect(translateLog(from(1), nothing));
  const numbers = all.map(({ seq }) => seq);
  expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
  expect(numbers.every(Number.isSafeInteger)).toBe(true);
  const second = await collect(translateLog(from(turn.length + 1), nothing));
  expect(second.map(({ seq, method }) => [seq, method])).toEqual(
    all.filter(({ seq }) => seq >= (turn.length + 1) * 1_000_000).map(({ seq, method }) => [seq, method]),
  );
});

test('a message is told block by block, and no block begins before the last has ended', async () => {
  const thought = { ...called, reasoning: { of: 'a:b', blocks: [{ type: 'thinking', thinking: 'Seven…' }] } };
  const events = told(
    await translate([start, delta('a1', 'One '), delta('a1', 'moment.'), step(thought)]),
    'messages',
  );
  expect(events.map(({ event, index }) => [event, index])).toEqual([
    ['message-start', undefined],
    ['content-block-start', 0],
    ['content-block-delta', 0],
    ['content-block-delta', 0],
    ['content-block-finish', 0],
    ['content-block-start', 1],
    ['content-block-delta', 1],
    ['content-block-finish', 1],
    ['content-block-start', 2],
    ['content-block-delta', 2],
    ['content-block-finish', 2],
    ['message-finish', undefined],
  ]);
  expect(
    events.filter(({ event }) => event === 'content-block-finish').map(({ content }) => content),
  ).toEqual([
    { type: 'text', text: 'One moment.' },
    { type: 'reasoning', reasoning: 'Seven…' },
    { type: 'tool_call', id: 'c1', name: 'look_up', args: { order: 7 } },
  ]);
});

test('what a dead process left is closed, and what it had saved is told', async () => {
  const again: TurnEvent = {
    ...(start as TurnEvent & { type: 'turn-start' }),
    attempt: 2,
    checkpointId: 'k2',
    input: [],
  };
  const saved = async ({ checkpointId }: { checkpointId: string | null }) => {
    const messages = checkpointId ? [asked, called, found] : [];
    return { ...emptyState('clerk'), messages };
  };
  const events = await translate(
    [
      start,
      { type: 'agent-start', agent: 'clerk', step: 1 },
      delta('a1', 'One mo'),
      again,
      { type: 'agent-start', agent: 'clerk', step: 3 },
      delta('a2', 'It is'),
      { ...again, attempt: 3 },
      delta('a3', 'It is on its way.'),
      step({ ...answered, id: 'a3' }),
      { type: 'turn-error', error: 'model', message: 'No more.' },
    ],
    saved,
  );
  const messages = told(events, 'messages').map(({ event, id }) => id ?? event);
  expect(messages).toEqual([
    'a1',
    'content-block-start',
    'content-block-delta',
    'content-block-finish', // of the text that was saved
    'content-block-start',
    'content-block-delta',
    'content-block-finish',
    'message-finish',
    'a2',
    'content-block-start',
    'content-block-delta',
    'error',
    'a3',
    'content-block-start',
    'content-block-delta',
    'content-block-finish',
    'message-finish',
  ]);
  expect(told(events, 'lifecycle')).toEqual([
    { event: 'running', graph_name: 'desk' },
    { event: 'failed', graph_name: 'desk', error: 'No more.' },
  ]);
  expect(told(events, 'values').map(({ messages }) => (messages as object[]).length)).toEqual([3, 3, 4]);
});

test('a call has one beginning and one end, also where it was refused or cut off', async () => {
  const begin: TurnEvent = {
    type: 'call-start',
    agent: 'clerk',
    call: { id: 'c2', name: 'look_up', args: {} },
  };
  const refused = { ...found, status: 'error' as const, content: 'No.' };
  const events = await translate([
    start,
    step(called),
    { type: 'call-end', agent: 'clerk', message: refused, milliseconds: 0 },
    begin,
    { type: 'turn-error', error: 'cancelled', message: 'The turn was cancelled.' },
  ]);
  expect(told(events, 'tools')).toEqual([
    { event: 'tool-started', tool_call_id: 'c1', tool_name: 'look_up', input: { order: 7 } },
    { event: 'tool-error', tool_call_id: 'c1', message: 'No.' },
    { event: 'tool-started', tool_call_id: 'c2', tool_name: 'look_up', input: {} },
    { event: 'tool-error', tool_call_id: 'c2', message: 'The call was cut off.' },
  ]);
  expect(told(events, 'lifecycle').at(-1)).toEqual({ event: 'interrupted', graph_name: 'desk' });
});

test('a run that never began does not end the one that runs', async () => {
  const other = '01a00000-0000-7000-8000-000000000007';
  const cancelled = { type: 'turn-error', error: 'cancelled', message: 'The turn was cancelled.' } as const;
  async function* log(): AsyncGenerator<LoggedEvent> {
    yield { ...cancelled, ...ids, runId: other, seq: 1, at: 0 };
    for await (const event of logged([start, delta('a1', 'One')], 2)) yield event;
    yield { ...cancelled, ...ids, runId: other, seq: 4, at: 0 };
    for await (const event of logged(rest.slice(3), 5)) yield event;
  }
  const events = await collect(translateLog(log(), nothing));
  expect(told(events, 'lifecycle')).toEqual([
    { event: 'interrupted' },
    { event: 'running', graph_name: 'desk' },
    { event: 'completed', graph_name: 'desk' },
  ]);
  expect(told(events, 'messages').filter(({ event }) => event === 'error')).toEqual([]);
});

test('a turn that is taken back ends with the state that it began from', async () => {
  const events = await translate([
    start,
    step(called),
    { type: 'turn-error', error: 'cancelled', message: 'Taken back.', rolledBack: true },
  ]);
  expect(told(events, 'values')).toEqual([{ messages: [], agent: 'clerk' }]);
});

test('states are told once each, behind their checkpoints, and the last one also where none was saved', async () => {
  const save = (id: string, source: 'input' | 'loop', step: number): TurnEvent => ({
    type: 'checkpoint',
    checkpointId: id,
    parentId: null,
    step,
    source,
  });
  const events = await translate([
    start,
    save('k1', 'input', -1),
    save('k2', 'loop', 0),
    step(called),
    ...rest.slice(-1),
  ]);
  expect(told(events, 'checkpoints').map(({ id }) => id)).toEqual(['k1', 'k2']);
  expect(
    told(events, 'values').map(({ messages }) => (messages as { id: string }[]).map(({ id }) => id)),
  ).toEqual([[], ['h1'], ['h1', 'a1']]);
});

test.each([
  [['a:1', 'b:2'], [], undefined, true],
  [['a:1', 'b:2'], [], 1, false],
  [['a:1', 'b:2'], ['a'], 1, true],
  [['a:1', 'b:2'], ['a:1'], 0, false],
  [['a:1', 'b:2'], ['a:2'], undefined, false],
  [['a:1', 'b:2'], ['a', 'b', 'c'], undefined, false],
  [[], [], 0, true],
])('%j at or below %j with depth %j: %j', (namespace, prefix, depth, expected) => {
  expect(matches(namespace, prefix, depth)).toBe(expected);
});
