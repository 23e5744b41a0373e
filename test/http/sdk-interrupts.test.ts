import { Client, type Message } from '@langchain/langgraph-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { collect } from '../support/logged-events.ts';
import { both, call, say } from '../support/scripted-model.ts';
import { startService, type TestService } from '../support/start-service.ts';

interface Values {
  messages: Message[];
  __interrupt__?: { id: string; value: { type: string; calls: { id: string }[] } }[];
}
interface Part {
  event: string;
  data: unknown;
}

let service: TestService;
let client: Client;

beforeAll(async () => {
  service = await startService();
  client = new Client({ apiUrl: service.url, apiKey: null, callerOptions: { maxRetries: 0 } });
});
afterAll(() => service.stop());

const input = { messages: [{ role: 'user', content: 'Where is my order 7?' }] };

/** A thread that waits for a person, and what it waits for. */
async function pause(...calls: { order: number }[]) {
  service.script(both(...calls.map((args) => call('look_up', args))), say('It is on its way.'));
  const { thread_id: threadId } = await client.threads.create();
  const values = (await client.runs.wait(threadId, 'till', { input })) as unknown as Values;
  const [interrupt] = values.__interrupt__ ?? [];
  if (!interrupt) throw new Error('the run did not wait');
  return { threadId, interrupt };
}

async function resume(threadId: string, value: unknown): Promise<Values> {
  return (await client.runs.wait(threadId, 'till', { command: { resume: value } })) as unknown as Values;
}

function lastText({ messages }: Values): unknown {
  return messages.at(-1)?.content;
}

test('a run that waits says so in every mode that tells of steps', async () => {
  service.script(call('look_up', { order: 7 }));
  const { thread_id: threadId } = await client.threads.create();
  const streamMode = ['values', 'updates', 'tasks', 'events', 'debug'] as const;
  const parts: Part[] = await collect(
    client.runs.stream(threadId, 'till', { input, streamMode: [...streamMode] }),
  );
  const last = (event: string) =>
    parts.findLast((part) => part.event === event)?.data as Record<string, unknown>;
  const waits = [{ id: expect.any(String), value: { type: 'approval' } }];
  expect(last('values')).toMatchObject({ __interrupt__: waits });
  expect(last('updates')).toMatchObject({ __interrupt__: waits });
  expect(last('tasks')).toMatchObject({ name: 'tools', result: {}, interrupts: waits });
  expect(last('debug')).toMatchObject({ type: 'task_result', payload: { interrupts: waits } });
  expect(last('events')).toMatchObject({ event: 'on_chain_end', data: { output: { __interrupt__: waits } } });
});

test('a person answers with a bare decision', async () => {
  const { threadId } = await pause({ order: 7 });
  expect(lastText(await resume(threadId, 'accept'))).toBe('It is on its way.');
});

test('a person answers by the id of the interrupt', async () => {
  const { threadId, interrupt } = await pause({ order: 7 });
  const values = await resume(threadId, { [interrupt.id]: 'refuse' });
  expect(values.messages.find(({ type }) => type === 'tool')?.content).toContain('A person refused');
  expect(lastText(values)).toBe('It is on its way.');
});

test('a person answers by the id of the interrupt about each call apart', async () => {
  const { threadId, interrupt } = await pause({ order: 7 }, { order: 8 });
  const [first, second] = interrupt.value.calls.map(({ id }) => id);
  const decisions = { [first ?? '']: 'accept', [second ?? '']: { decision: 'refuse', reason: 'too late' } };
  const values = await resume(threadId, { [interrupt.id]: decisions });
  const results = values.messages.filter(({ type }) => type === 'tool').map(({ content }) => content);
  expect(results).toEqual(['Order 7 is on its way.', expect.stringContaining('too late')]);
});

test('the stream of a run that resumes begins with the node that waited', async () => {
  const { threadId } = await pause({ order: 7 });
  const parts: Part[] = await collect(
    client.runs.stream(threadId, 'till', { command: { resume: 'accept' }, streamMode: ['tasks', 'values'] }),
  );
  const tasks = parts
    .filter(({ event }) => event === 'tasks')
    .map(({ data }) => data as { name: string; id: string });
  expect(tasks.map(({ name }) => name)).toEqual(['tools', 'tools', 'clerk', 'clerk']);
  expect(parts.findLast(({ event }) => event === 'values')?.data).not.toHaveProperty('__interrupt__');
});

test('who answers an interrupt twice is told that nothing waits', async () => {
  const { threadId } = await pause({ order: 7 });
  await resume(threadId, 'accept');
  await expect(resume(threadId, 'accept')).rejects.toThrow('409');
});
