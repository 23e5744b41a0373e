import { expect, test } from 'vitest';
import { emptyState, type StateValues } from '../../../src/handoff/state.ts';
import { completionOf } from '../../../src/http/openai/completion.ts';
import { completionChunks } from '../../../src/http/openai/completion-chunks.ts';
import type { LoggedEvent, TurnEvent } from '../../../src/turn-event.ts';
import { answered, asked, called, collect, found, ids, logged, turn } from '../../support/logged-events.ts';

const saved: StateValues = { ...emptyState('clerk'), messages: [asked, called, found] };
const stateAt = async ({ attempt }: { attempt: number }) => (attempt > 1 ? saved : emptyState('clerk'));
const head = { runId: ids.runId, threadId: null, model: 'desk', created: 1_700_000_000 };

async function chunksOf(events: TurnEvent[], includeUsage = false) {
  const text = (await collect(completionChunks(logged(events), head, { includeUsage, stateAt }))).join('');
  const frames = text.split('\n\n').filter(Boolean);
  return {
    chunks: frames.filter((frame) => frame !== 'data: [DONE]').map((frame) => JSON.parse(frame.slice(6))),
    frames,
  };
}

function contentOf(chunks: { choices: { delta: { content?: string } }[] }[]): string {
  return chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('');
}

test('text comes as it is said, messages are parted, and the rest of the answer is added', async () => {
  const { chunks, frames } = await chunksOf(turn);
  expect(contentOf(chunks)).toBe('One moment.\n\nIt is on its way.');
  expect(chunks[0].choices[0].delta).toEqual({ role: 'assistant', content: '' });
  expect(frames.at(-1)).toBe('data: [DONE]');
});

test('the last chunk says why it stops, who spoke and what the answer rests on', async () => {
  const { chunks } = await chunksOf(turn);
  expect(chunks.at(-1)).toEqual({
    id: `chatcmpl-${ids.runId}`,
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'desk',
    choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: 'stop' }],
    baton: {
      thread_id: null,
      run_id: ids.runId,
      path: ['clerk'],
      evidence: [
        { agent: 'clerk', tool: 'look_up', call_id: 'c1', args: { order: 7 }, result: 'On its way.' },
      ],
    },
  });
});

test('usage comes in a chunk of its own when it is asked for', async () => {
  const { chunks } = await chunksOf(turn, true);
  expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
  expect(chunks.at(-1)).toMatchObject({
    choices: [],
    usage: { prompt_tokens: 30, completion_tokens: 12, total_tokens: 42 },
  });
  expect((await chunksOf(turn)).chunks.some((chunk) => 'usage' in chunk)).toBe(false);
});

test('an answer that nobody streamed comes whole', async () => {
  const silent = turn.filter(({ type }) => type !== 'text-delta');
  expect(contentOf((await chunksOf(silent)).chunks)).toBe('It is on its way.');
});

test('a turn that fails ends with an error object and without [DONE]', async () => {
  const { chunks, frames } = await chunksOf([
    ...turn.slice(0, 3),
    { type: 'turn-error', error: 'model', message: 'The model gave no reply.' },
  ]);
  expect(chunks.at(-1)).toEqual({
    error: { message: 'The model gave no reply.', type: 'server_error', param: null, code: null },
  });
  expect(frames.at(-1)).not.toContain('[DONE]');
});

test('a log that stops without a last event ends the stream with an error', async () => {
  expect((await chunksOf(turn.slice(0, 3))).chunks.at(-1)).toHaveProperty('error');
});

test('a turn that waits for a person says so and shows what for', async () => {
  const interrupted: TurnEvent = { type: 'interrupted', interrupts: [{ id: 'i1', value: 'ok?' }] };
  const { chunks } = await chunksOf([...turn.slice(0, 2), interrupted]);
  expect(contentOf(chunks)).toContain('waits for a person');
  expect(chunks.at(-1)?.baton).toMatchObject({ interrupts: interrupted.interrupts });
});

test('a whole completion has the answer, the usage and the extension', () => {
  const end = { ...turn.at(-1), ...ids, seq: 13 } as Extract<LoggedEvent, { type: 'turn-end' }>; // the last event of the turn
  expect(completionOf({ ...head, threadId: ids.threadId }, end)).toMatchObject({
    object: 'chat.completion',
    choices: [{ message: { role: 'assistant', content: answered.content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 30, completion_tokens: 12, total_tokens: 42 },
    baton: { thread_id: ids.threadId, run_id: ids.runId, path: ['clerk'] },
  });
});

test('another attempt does not say again what was said', async () => {
  const [start, ...rest] = turn.slice(0, 11);
  const again = { ...start, attempt: 2, checkpointId: 'c3', input: [] } as TurnEvent; // the first event is a turn-start
  const deltas: TurnEvent[] = ['It ', 'is on', ' its way.'].map((text) => ({
    type: 'text-delta',
    agent: 'clerk',
    messageId: 'a3',
    text,
    step: 3,
  }));
  const end = { ...turn.at(-1), answer: { ...answered, id: 'a3' } } as TurnEvent; // the last one is a turn-end
  const { chunks } = await chunksOf([start as TurnEvent, ...rest, again, ...deltas, end]);
  expect(contentOf(chunks)).toBe('One moment.\n\nIt is on its way.');
});
