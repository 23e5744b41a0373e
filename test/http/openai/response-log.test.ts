import { expect, test } from 'vitest';
import { applyUpdate, emptyState, type StateValues } from '../../../src/handoff/state.ts';
import type { ResponseHead } from '../../../src/http/openai/response-head.ts';
import { responseHead } from '../../../src/http/openai/response-head.ts';
import { openResponseLog, type ResponseEvent } from '../../../src/http/openai/response-log.ts';
import type { LoggedEvent, TurnEvent } from '../../../src/turn-event.ts';
import { answered, asked, found, ids, logged, turn } from '../../support/logged-events.ts';

const head: ResponseHead = responseHead({
  run_id: ids.runId,
  thread_id: ids.threadId,
  graph: 'desk',
  kwargs: {},
  metadata: {},
  created_at: new Date(1_700_000_000_000),
});

/** The states of a turn, by checkpoint: `c0` has the input, `c1` the first step, and so on. */
const states = new Map<string, StateValues>();
const withCheckpoints = addCheckpoints(turn);

async function read(events: TurnEvent[]) {
  const stateAt = async ({ checkpointId }: { checkpointId: string | null }) =>
    states.get(checkpointId ?? '') ?? emptyState('clerk');
  const log = openResponseLog(head, { stateAt, threadId: ids.threadId });
  const told: ResponseEvent[] = log.begin();
  for await (const event of logged(events)) told.push(...(await log.next(event as LoggedEvent)));
  return { told, response: log.response() };
}

const heard = (told: ResponseEvent[]) =>
  told.flatMap((event) => (event.type === 'response.output_text.delta' ? [event.delta] : [])).join('|');
const sentences = ['One moment.', 'It is on its way.'];

test('a turn becomes its items, numbered from 0', async () => {
  const { told, response } = await read(withCheckpoints);
  expect(told.map(({ sequence_number }) => sequence_number)).toEqual(told.map((_, at) => at));
  expect(response).toMatchObject({
    status: 'completed',
    output: [
      { id: 'msg_a1', status: 'completed', content: [{ text: sentences[0] }] },
      { id: 'mcp_c1', status: 'completed', name: 'look_up', arguments: '{"order":7}', output: 'On its way.' },
      { id: 'msg_a2', status: 'completed', content: [{ text: sentences[1] }] },
    ],
  });
  expect(heard(told)).toBe('One |moment.|It is |on its way.');
});

test('wherever an attempt dies, the next repeats and loses nothing of what a client hears', async () => {
  for (let at = 1; at < withCheckpoints.length; at++) {
    for (const unlogged of [false, true]) {
      const { told, response } = await read(diesAt(at, unlogged));
      const text = heard(told).replaceAll('|', '');
      expect([at, unlogged, text]).toEqual([at, unlogged, sentences.join('')]);
      expect(response.status).toBe('completed');
      const done = told.filter(({ type }) => type === 'response.output_item.done').map(({ item }) => item);
      expect(done).toEqual(response.output);
    }
  }
});

test('another attempt that says something else says it in an item of its own', async () => {
  const before = withCheckpoints.slice(0, 4);
  const { told, response } = await read([
    ...before,
    restart('c0'),
    { type: 'agent-start', agent: 'clerk', step: 1 },
    { type: 'text-delta', agent: 'clerk', messageId: 'b1', text: 'On', step: 1 },
    { type: 'text-delta', agent: 'clerk', messageId: 'b1', text: 'ly a moment.', step: 1 },
    end({ ...answered, id: 'b1', content: 'Only a moment.' }),
  ]);
  expect(heard(told)).toBe('One |Only a moment.');
  expect(response.output).toMatchObject([
    { id: 'msg_a1', status: 'incomplete', content: [{ text: 'One ' }] },
    { id: 'msg_b1', status: 'completed', content: [{ text: 'Only a moment.' }] },
  ]);
});

test('another attempt that says less says it in an item of its own', async () => {
  const { response } = await read([
    ...withCheckpoints.slice(0, 5),
    restart('c0'),
    end({ ...answered, id: 'b1', content: 'One' }),
  ]);
  expect(response.output).toMatchObject([
    { status: 'incomplete', content: [{ text: 'One moment.' }] },
    { id: 'msg_b1', status: 'completed', content: [{ text: 'One' }] },
  ]);
});

test('a turn that fails cuts short what is open', async () => {
  const at = withCheckpoints.findIndex(({ type }) => type === 'call-start');
  const failed: TurnEvent = { type: 'turn-error', error: 'timeout', message: 'The turn took too long.' };
  const { told, response } = await read([...withCheckpoints.slice(0, at + 1), failed]);
  expect(told.slice(-2).map(({ type }) => type)).toEqual(['response.output_item.done', 'response.failed']);
  expect(response).toMatchObject({
    status: 'failed',
    error: { code: 'server_error', message: 'The turn took too long.' },
    output: [{ status: 'completed' }, { type: 'mcp_call', status: 'incomplete' }],
  });
});

test('a refused call has failed, though nothing was said of its beginning', async () => {
  const refused = { ...found, status: 'error' as const, content: 'A person refused this call.' };
  const at = withCheckpoints.findIndex(({ type }) => type === 'call-start');
  const { told } = await read([
    ...withCheckpoints.slice(0, at),
    { type: 'call-end', agent: 'clerk', message: refused, milliseconds: 0 },
  ]);
  expect(told.map(({ type }) => type).slice(-6)).toEqual([
    'response.output_item.added',
    'response.mcp_call.in_progress',
    'response.mcp_call_arguments.delta',
    'response.mcp_call_arguments.done',
    'response.mcp_call.failed',
    'response.output_item.done',
  ]);
});

test('a turn that stops where nobody is asked is incomplete', async () => {
  const { told, response } = await read([
    ...withCheckpoints.slice(0, 2),
    { type: 'interrupted', interrupts: [] },
  ]);
  expect(told.at(-1)?.type).toBe('response.incomplete');
  expect(response.incomplete_details).toEqual({ reason: 'interrupted' });
});

/** The log of a turn whose first attempt dies before event `at`. What was saved last may be missing in the log. */
function diesAt(at: number, unlogged: boolean): TurnEvent[] {
  const before = withCheckpoints.slice(0, at);
  const rest = withCheckpoints.slice(at);
  const next = unlogged ? rest.find(({ type }) => type === 'checkpoint') : undefined;
  const saved = next ?? before.findLast(({ type }) => type === 'checkpoint');
  if (saved?.type !== 'checkpoint') return [...before, restart(null, [asked]), ...withCheckpoints.slice(1)];
  const values = states.get(saved.checkpointId);
  const from = withCheckpoints.indexOf(saved) + 1;
  return [
    ...before,
    restart(saved.checkpointId),
    ...withCheckpoints.slice(from).map((event) => renamed(event, values)),
  ];
}

/** What is not saved and said again has another id. */
function renamed(event: TurnEvent, saved: StateValues | undefined): TurnEvent {
  const ids = ['a1', 'a2'].filter((id) => !saved?.messages.some((message) => message.id === id));
  const text = ids.reduce((json, id) => json.replaceAll(`"${id}"`, `"b${id}"`), JSON.stringify(event));
  return JSON.parse(text);
}

function restart(checkpointId: string | null, input = [] as (typeof asked)[]): TurnEvent {
  const [start] = turn;
  return { ...start, attempt: 2, checkpointId, input } as TurnEvent; // the first event is a turn-start
}

function end(answer: typeof answered): TurnEvent {
  return { ...turn.at(-1), answer } as TurnEvent; // the last event is a turn-end
}

/** A saved state behind the input and behind each step, as a log has them. */
function addCheckpoints(events: TurnEvent[]): TurnEvent[] {
  let values = applyUpdate(emptyState('clerk'), { messages: [asked], agent: 'clerk' });
  const save = (): TurnEvent => {
    const checkpointId = `c${states.size}`;
    states.set(checkpointId, values);
    return { type: 'checkpoint', checkpointId, parentId: null, step: states.size, source: 'loop' };
  };
  return events.flatMap((event) => {
    if (event.type === 'step-end') values = applyUpdate(values, event.update);
    return event.type === 'step-end' || event.type === 'turn-start' ? [event, save()] : [event];
  });
}
