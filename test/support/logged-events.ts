import type { AiMessage, ToolMessage } from '../../src/message.ts';
import type { LoggedEvent, TurnEvent } from '../../src/turn-event.ts';

export const ids = {
  runId: '01a00000-0000-7000-8000-000000000001',
  threadId: '01a00000-0000-7000-8000-000000000002',
};

/** Events as a run's log has them, from number `first` on. */
export async function* logged(events: TurnEvent[], first = 1): AsyncGenerator<LoggedEvent> {
  for (const [at, event] of events.entries())
    yield { ...event, ...ids, seq: first + at, at: 1_700_000_000_000 + at };
}

/** All that an iterable gives. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export const asked = { type: 'human' as const, id: 'h1', content: 'Where is order 7?' };
export const called: AiMessage = {
  type: 'ai',
  id: 'a1',
  name: 'clerk',
  content: 'One moment.',
  tool_calls: [{ id: 'c1', name: 'look_up', args: { order: 7 }, type: 'tool_call' }],
};
export const found: ToolMessage = {
  type: 'tool',
  id: 't1',
  name: 'look_up',
  tool_call_id: 'c1',
  status: 'success',
  content: 'On its way.',
};
export const answered: AiMessage = {
  type: 'ai',
  id: 'a2',
  name: 'clerk',
  content: 'It is on its way.',
  tool_calls: [],
  usage_metadata: { input_tokens: 20, output_tokens: 8, total_tokens: 28 },
};

/** A turn in which the clerk says something, looks something up and answers. */
export const turn: TurnEvent[] = [
  {
    type: 'turn-start',
    graph: 'desk',
    version: 'v',
    attempt: 1,
    agent: 'clerk',
    checkpointId: null,
    input: [asked],
  },
  { type: 'agent-start', agent: 'clerk', step: 1 },
  { type: 'text-delta', agent: 'clerk', messageId: 'a1', text: 'One ', step: 1 },
  { type: 'text-delta', agent: 'clerk', messageId: 'a1', text: 'moment.', step: 1 },
  { type: 'step-end', node: 'clerk', step: 1, update: json({ messages: [called] }) },
  { type: 'call-start', agent: 'clerk', call: { id: 'c1', name: 'look_up', args: { order: 7 } } },
  { type: 'custom', agent: 'clerk', data: { looking: 7 } },
  { type: 'call-end', agent: 'clerk', message: found, milliseconds: 3 },
  { type: 'step-end', node: 'tools', step: 2, update: json({ messages: [found] }) },
  { type: 'agent-start', agent: 'clerk', step: 3 },
  { type: 'text-delta', agent: 'clerk', messageId: 'a2', text: 'It is ', step: 3 },
  { type: 'step-end', node: 'clerk', step: 3, update: json({ messages: [answered], done: true }) },
  {
    type: 'turn-end',
    answer: answered,
    path: ['clerk'],
    evidence: [{ agent: 'clerk', tool: 'look_up', callId: 'c1', args: { order: 7 }, result: 'On its way.' }],
    usage: { input_tokens: 30, output_tokens: 12, total_tokens: 42 },
    repairs: { loop: 0, limit: 0, promise: 0, empty: 0, brief: 0, citation: 0 },
    milliseconds: 9,
  },
];

function json(update: object) {
  return JSON.parse(JSON.stringify(update));
}
