import { Client } from '@langchain/langgraph-sdk';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { say } from '../support/scripted-model.ts';
import { startService, type TestService } from '../support/start-service.ts';

interface Part {
  id?: string | undefined;
  event: string;
  data: unknown;
}
type Mode = 'run_modes' | 'lifecycle' | 'state_update';
interface Options {
  streamMode?: Mode | Mode[];
  lastEventId?: string;
}

let service: TestService;
let client: Client;

beforeAll(async () => {
  service = await startService();
  client = new Client({ apiUrl: service.url, apiKey: null, callerOptions: { maxRetries: 0 } });
});
afterAll(() => service.stop());

async function makeThread(): Promise<string> {
  return (await client.threads.create()).thread_id;
}

async function speak(threadId: string, answer: string, options: object = {}): Promise<string> {
  service.script(say(answer));
  const input = { messages: 'Hello?' };
  const { run_id } = await client.runs.create(threadId, 'desk', { input, ...options });
  await client.runs.join(threadId, run_id);
  return run_id;
}

/** Watches a thread until it is told to stop; `open` resolves when the service has answered. */
async function watch(threadId: string, options: Options = {}, apiUrl = service.url) {
  const parts: Part[] = [];
  const controller = new AbortController();
  const open = Promise.withResolvers<void>();
  const watcher = new Client({
    apiUrl,
    apiKey: null,
    callerOptions: {
      async fetch(url: string, init?: RequestInit) {
        const response = await fetch(url, init);
        open.resolve();
        return response;
      },
    },
  });
  const done = (async () => {
    for await (const part of watcher.threads.joinStream(threadId, {
      ...options,
      signal: controller.signal,
    })) {
      parts.push(part as Part);
    }
  })().catch((error) => {
    if (!controller.signal.aborted) throw error;
  });
  onTestFinished(() => {
    controller.abort();
    return done;
  });
  await open.promise;
  return {
    parts,
    runsDone: (count: number) => expect.poll(() => ends(parts).length, { timeout: 15_000 }).toBe(count),
  };
}

function ends(parts: Part[]): unknown[] {
  return parts.filter(({ data }) => (data as { status?: string } | null)?.status === 'run_done');
}

test('a watcher sees the runs that begin after it came, each in its own modes, and that they are over', async () => {
  const threadId = await makeThread();
  await speak(threadId, 'Before.');
  const { parts, runsDone } = await watch(threadId);
  const first = await speak(threadId, 'One.', { streamMode: ['values'] });
  const second = await speak(threadId, 'Two.', { streamMode: ['updates', 'messages-tuple'] });
  await runsDone(2);
  expect(parts.map(({ event }) => event)).toEqual([
    ...['metadata', 'values', 'values', 'metadata'],
    ...['metadata', 'messages', 'messages', 'updates', 'metadata'],
  ]);
  expect(parts[0]?.data).toEqual({ run_id: first, attempt: 1 });
  expect(parts[3]?.data).toEqual({ status: 'run_done', run_id: first });
  expect(parts.at(-1)?.data).toEqual({ status: 'run_done', run_id: second });
});

test('from the start, from the middle and from now, no event is lost or repeated', async () => {
  const threadId = await makeThread();
  const now = await watch(threadId);
  for (const answer of ['One.', 'Two.', 'Three.']) await speak(threadId, answer);
  const start = await watch(threadId, { lastEventId: '-' });
  await now.runsDone(3);
  await start.runsDone(3);
  expect(start.parts).toEqual(now.parts);
  for (const at of [0, 3, 5, 7]) {
    const { id } = start.parts[at] ?? {};
    const rest = await watch(threadId, { lastEventId: id ?? '' });
    await expect.poll(() => rest.parts.length).toBe(start.parts.length - at - 1);
    expect(rest.parts).toEqual(start.parts.slice(at + 1));
  }
});

test('who asks for lifecycle hears that runs begin and end; for state_update, what was saved', async () => {
  const threadId = await makeThread();
  const life = await watch(threadId, { streamMode: 'lifecycle' });
  const states = await watch(threadId, { streamMode: ['lifecycle', 'state_update'] });
  const run = await speak(threadId, 'One.');
  await life.runsDone(1);
  await states.runsDone(1);
  expect(life.parts.map(({ event, data }) => [event, data])).toEqual([
    ['metadata', { run_id: run, attempt: 1 }],
    ['metadata', { status: 'run_done', run_id: run }],
  ]);
  const saved = states.parts.filter(({ event }) => event === 'state_update');
  const { checkpoint, values } = await client.threads.getState(threadId);
  expect(saved.at(-1)?.data).toMatchObject({ thread_id: threadId, state: { checkpoint, values } });
});

test('a watcher whose connection breaks, even before the first event, goes on where it was', async () => {
  const proxy = await startCuttingProxy(service.url);
  onTestFinished(() => proxy.stop());
  const threadId = await makeThread();
  await speak(threadId, 'Before.');
  const steady = await watch(threadId, { lastEventId: '-' });
  await steady.runsDone(1);
  const before = steady.parts.length;
  proxy.cutNext(5, 700);
  const shaky = await watch(threadId, {}, proxy.url);
  await expect.poll(() => proxy.cuts, { timeout: 10_000 }).toBe(1);
  await speak(threadId, 'While nobody was connected.');
  await speak(threadId, 'And again.');
  await steady.runsDone(3);
  await shaky.runsDone(2);
  expect(proxy.cuts).toBe(2);
  expect(shaky.parts).toEqual(steady.parts.slice(before));
});

test('modes of runs can be asked for, for all runs alike', async () => {
  const threadId = await makeThread();
  await speak(threadId, 'One.');
  const url = `${service.url}/threads/${threadId}/stream?stream_modes=updates`;
  const controller = new AbortController();
  const response = await fetch(url, { headers: { 'last-event-id': '-' }, signal: controller.signal });
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (text.includes('run_done')) break;
  }
  expect(text.match(/^event: \w+/gm)).toEqual(['event: metadata', 'event: updates', 'event: metadata']);
});

test('what cannot be watched is refused in words', async () => {
  const threadId = await makeThread();
  const ask = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${service.url}${path}`, { headers });
  expect((await ask(`/threads/${crypto.randomUUID()}/stream`)).status).toBe(404);
  expect((await ask('/threads/x/stream')).status).toBe(422);
  const bad = await ask(`/threads/${threadId}/stream?stream_mode=everything`);
  expect([bad.status, await bad.text()]).toEqual([422, expect.stringContaining('run_modes')]);
  const odd = await ask(`/threads/${threadId}/stream`, { 'last-event-id': 'yesterday' });
  expect([odd.status, await odd.text()]).toEqual([422, expect.stringContaining('yesterday')]);
});
