import { expect, test } from 'vitest';
import { toTranscript } from '../../../src/eval/running/to-transcript.ts';
import type { AiMessage } from '../../../src/message.ts';
import type { LoggedEvent, TurnEvent } from '../../../src/turn-event.ts';

const cost = { dollars: 0.5, modelCalls: 2 };
const usage = { input_tokens: 8, output_tokens: 2, total_tokens: 10 };

/** Events of one run, ten milliseconds apart. */
function logged(...events: TurnEvent[]): LoggedEvent[] {
  return events.map((event, at) => ({
    ...event,
    seq: at + 1,
    runId: 'r',
    threadId: 't',
    at: 1_000 + at * 10,
  }));
}

const begin = (attempt: number, checkpointId: string | null): TurnEvent => ({
  type: 'turn-start',
  graph: 'films',
  version: 'v',
  attempt,
  agent: 'triage',
  checkpointId,
  input: [],
});
const says = (agent: string, messageId: string, text: string): TurnEvent => ({
  type: 'text-delta',
  agent,
  messageId,
  text,
  step: 1,
});
const moves = (from: string, to: string, callId = 'c1'): TurnEvent => ({
  type: 'handoff',
  from,
  to,
  brief: { question: 'How many?' },
  callId,
});
const saved = (checkpointId: string): TurnEvent => ({
  type: 'checkpoint',
  checkpointId,
  parentId: null,
  step: 1,
  source: 'loop',
});
const answered = (agent: string, call: string, content: string, more = {}): TurnEvent => ({
  type: 'call-end',
  agent,
  milliseconds: 7,
  message: {
    type: 'tool',
    id: `m-${call}`,
    content,
    name: 'run_sql',
    tool_call_id: call,
    status: 'success',
    ...more,
  },
});
const end = (path: string[]): TurnEvent => ({
  type: 'turn-end',
  answer: {
    type: 'ai',
    id: 'last',
    content: 'There are 3.',
    name: 'answer',
    tool_calls: [],
    response_metadata: { declined: true },
  } satisfies AiMessage,
  path,
  evidence: [],
  usage,
  repairs: { loop: 0, limit: 0, promise: 1, empty: 0, brief: 0, citation: 0 },
  milliseconds: 90,
});

test('an answered turn: who spoke, what crossed, what was called, what was said and what it took', () => {
  const turn = toTranscript(
    'How many?',
    logged(
      begin(1, null),
      says('triage', 'first', 'One '),
      says('triage', 'first', 'moment.'),
      moves('triage', 'sql'),
      answered('triage', 'c1', 'Transferred.'),
      { type: 'call-start', agent: 'sql', call: { id: 'c2', name: 'run_sql', args: { sql: 'select 3' } } },
      answered('sql', 'c2', '[[3]]', { artifact: { rows: [[3]] } }),
      { type: 'handoff-refused', from: 'sql', to: 'search', reason: 'There is no such edge.', callId: 'c3' },
      answered('sql', 'c3', 'Refused.', { status: 'error' }),
      says('answer', 'last', 'There are 3.'),
      end(['triage', 'sql', 'answer']),
    ),
    cost,
  );
  expect(turn).toEqual({
    user: 'How many?',
    path: ['triage', 'sql', 'answer'],
    hops: [
      { from: 'triage', to: 'sql', brief: { question: 'How many?' } },
      { from: 'sql', to: 'search', brief: {}, refused: 'There is no such edge.' },
    ],
    calls: [
      {
        agent: 'sql',
        name: 'run_sql',
        args: { sql: 'select 3' },
        result: '[[3]]',
        failed: false,
        artifact: { rows: [[3]] },
        milliseconds: 7,
      },
    ],
    answer: 'There are 3.',
    said: ['One moment.'],
    metadata: { declined: true },
    passages: [],
    repairs: { loop: 0, limit: 0, promise: 1, empty: 0, brief: 0, citation: 0 },
    guards: [],
    waits: [],
    measures: { milliseconds: 90, firstTokenMs: 10, tokens: 10, usage, dollars: 0.5, modelCalls: 2, hops: 1 },
  });
});

test('what a process that was gone left behind its last checkpoint did not happen', () => {
  const turn = toTranscript(
    'How many?',
    logged(
      begin(1, null),
      saved('one'),
      moves('triage', 'sql'),
      saved('two'),
      moves('sql', 'search'),
      begin(2, 'two'),
      moves('sql', 'answer', 'c9'),
      end(['triage', 'sql', 'answer']),
    ),
    cost,
  );
  expect(turn.hops.map(({ from, to }) => `${from}-${to}`)).toEqual(['triage-sql', 'sql-answer']);
});

test('a turn that was begun again from nothing has only what came then', () => {
  const turn = toTranscript(
    'x',
    logged(begin(1, null), moves('triage', 'sql'), begin(2, null), end(['triage'])),
    cost,
  );
  expect(turn.hops).toEqual([]);
});

test('passages and films that were found, and arguments of calls that never started', () => {
  const turn = toTranscript(
    'x',
    logged(
      begin(1, null),
      answered('search', 'a', '…', {
        artifact: { passages: [{ id: 'p-1', key: 'page.md', text: 'Words.' }] },
      }),
      answered('search', 'b', '…', { artifact: { hits: [{ film_id: 7, title: 'ACE', description: null }] } }),
      answered('search', 'c', 'Refused.', { status: 'error', artifact: [1] }),
      {
        type: 'step-end',
        node: 'search',
        step: 2,
        update: {
          messages: [{ type: 'ai', tool_calls: [{ id: 'c', name: 'run_sql', args: { sql: 'drop' } }] }],
        },
      },
    ),
    cost,
  );
  expect(turn.passages).toEqual([
    { id: 'p-1', document: 'page.md', text: 'Words.' },
    { id: '7', document: 'ACE', text: '' },
  ]);
  expect(turn.calls.at(-1)).toMatchObject({ args: { sql: 'drop' }, failed: true });
});

test('a turn without an answer: why, who spoke, and what waits for a person', () => {
  const failed = toTranscript(
    'x',
    logged(
      begin(1, null),
      { type: 'agent-start', agent: 'triage', step: 1 },
      { type: 'agent-start', agent: 'triage', step: 2 },
      { type: 'agent-start', agent: 'sql', step: 3 },
      { type: 'repair', agent: 'sql', repair: 'loop', reason: 'The same again.' },
      { type: 'turn-error', error: 'timeout', message: 'Out of time.' },
    ),
    { dollars: null, modelCalls: 0 },
  );
  expect(failed).toMatchObject({
    path: ['triage', 'sql'],
    answer: '',
    repairs: { loop: 1 },
    error: { error: 'timeout', message: 'Out of time.' },
    measures: { milliseconds: 50, firstTokenMs: null, tokens: 0, dollars: null },
  });
  const waiting = toTranscript(
    'x',
    logged(begin(1, null), { type: 'interrupted', interrupts: [{ id: 'i', value: { call: 'refund' } }] }),
    cost,
  );
  expect(waiting.waits).toEqual([{ call: 'refund' }]);
});
