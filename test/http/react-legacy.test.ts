import '../support/dom.ts';
import { Client, type Message } from '@langchain/langgraph-sdk';
import { useStream } from '@langchain/langgraph-sdk/react';
import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { call, say, transfer } from '../support/scripted-model.ts';
import { startService, type TestService } from '../support/start-service.ts';

interface State extends Record<string, unknown> {
  messages: Message[];
}
interface Options {
  threadId?: string | null;
  assistantId?: string;
  apiUrl?: string;
  fetchStateHistory?: boolean;
  reconnectOnMount?: boolean;
}

let service: TestService;
let client: Client;

beforeAll(async () => {
  service = await startService();
  client = new Client({ apiUrl: service.url, apiKey: null, callerOptions: { maxRetries: 0 } });
});
afterEach(cleanup);
afterAll(() => service.stop());

/** A chat as a page has it, and all that it showed on the way. */
function openChat(options: Options = {}) {
  const shown: Message[][] = [];
  let threadId = options.threadId ?? null;
  const view = renderHook(() => {
    const stream = useStream<State>({
      apiUrl: service.url,
      apiKey: null as unknown as string, // no key, not even one of the environment
      assistantId: 'desk',
      onThreadId: (id: string) => {
        threadId = id;
      },
      ...options,
      threadId,
    });
    shown.push([...stream.messages]);
    return stream;
  });
  const stream = () => view.result.current;
  return {
    stream,
    shown,
    unmount: view.unmount,
    threadId: () => threadId ?? '',
    texts: () => stream().messages.map(({ content }) => content),
    ask: (content: string, more: object = {}) =>
      act(async () => {
        void stream().submit({ messages: [{ type: 'human', content }] }, more);
      }),
    isOver: () => waitFor(() => expect(stream().isLoading).toBe(false), { timeout: 15_000 }),
  };
}

async function isDone(chat: ReturnType<typeof openChat>, text: string): Promise<void> {
  await waitFor(() => expect(chat.texts().at(-1)).toBe(text), { timeout: 15_000 });
  await chat.isOver();
}

async function runsOf(threadId: string) {
  return client.runs.list(threadId);
}

test('a conversation with handoffs appears piece by piece, nothing twice, and is the state of the thread', async () => {
  service.script(
    transfer('clerk', { question: 'Where is 7?' }),
    call('look_up', { order: 7 }),
    say('Order 7 is on its way to you.'),
    say('As I said.'),
  );
  const chat = openChat();
  await chat.ask('Where is my order 7?');
  await isDone(chat, 'Order 7 is on its way to you.');
  await chat.ask('Sure?');
  await isDone(chat, 'As I said.');
  const { values } = await client.threads.getState<State>(chat.threadId());
  expect(chat.stream().messages.map(({ id }) => id)).toEqual(values.messages.map(({ id }) => id));
  expect(chat.texts()).toEqual(values.messages.map(({ content }) => content));
  for (const messages of chat.shown) {
    expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length);
    for (const { content } of messages) {
      const whole = values.messages.map((message) => String(message.content));
      expect(whole.some((text) => text.startsWith(String(content)))).toBe(true);
    }
  }
});

test('a connection that breaks in the midst of a run shows in nothing', async () => {
  const proxy = await startCuttingProxy(service.url);
  onTestFinished(() => proxy.stop());
  service.script(transfer('clerk', { question: 'Where is 7?' }), call('look_up', { order: 7 }), async () => {
    await expect.poll(() => proxy.cuts, { timeout: 10_000 }).toBe(1);
    return say('Order 7 is on its way to you.');
  });
  proxy.cutNext(2_500);
  const chat = openChat({ apiUrl: proxy.url, reconnectOnMount: true }); // else it asks that a broken connection stop the run
  await chat.ask('Where is my order 7?');
  await isDone(chat, 'Order 7 is on its way to you.');
  expect(chat.stream().error).toBeUndefined();
  const { values } = await client.threads.getState<State>(chat.threadId());
  expect(chat.texts()).toEqual(values.messages.map(({ content }) => content));
  expect(await runsOf(chat.threadId())).toHaveLength(1);
});

test('a chat waits for a person and goes on with the answer', async () => {
  service.script(call('look_up', { order: 7 }), say('It is on its way.'));
  const chat = openChat({ assistantId: 'till' });
  await chat.ask('Where is my order 7?');
  await waitFor(() => expect(chat.stream().interrupt).toBeDefined());
  await chat.isOver();
  expect(chat.stream().interrupt?.value).toMatchObject({ type: 'approval', calls: [{ name: 'look_up' }] });
  await act(async () => void chat.stream().submit(null, { command: { resume: 'accept' } }));
  await isDone(chat, 'It is on its way.');
  expect(chat.stream().interrupt).toBeUndefined();
  expect(chat.texts()).toEqual(['Where is my order 7?', '', 'Order 7 is on its way.', 'It is on its way.']);
});

test('who stops a chat stops its run', async () => {
  service.script(transfer('clerk', { question: 'Where is 0?' }), call('look_up', { order: 0 }));
  const chat = openChat();
  await chat.ask('Where is my order 0?');
  await waitFor(() => expect(chat.stream().messages.length).toBeGreaterThan(3), { timeout: 10_000 });
  await act(() => chat.stream().stop());
  await chat.isOver();
  await expect
    .poll(async () => (await runsOf(chat.threadId())).map(({ status }) => status), { timeout: 10_000 })
    .toEqual(['interrupted']);
});

test('a page that is loaded anew joins the run that is under way and shows all of it', async () => {
  const back = Promise.withResolvers<void>();
  service.script(transfer('clerk', { question: 'Where is 7?' }), call('look_up', { order: 7 }), async () => {
    await back.promise;
    return say('Order 7 is on its way to you.');
  });
  const chat = openChat({ reconnectOnMount: true });
  await chat.ask('Where is my order 7?');
  await waitFor(() => expect(chat.stream().messages.length).toBeGreaterThan(3), { timeout: 10_000 });
  const threadId = chat.threadId();
  chat.unmount();
  const again = openChat({ reconnectOnMount: true, threadId });
  await waitFor(() => expect(again.stream().messages.length).toBeGreaterThan(3), { timeout: 10_000 });
  back.resolve();
  await isDone(again, 'Order 7 is on its way to you.');
  const { values } = await client.threads.getState<State>(threadId);
  expect(again.texts()).toEqual(values.messages.map(({ content }) => content));
  expect(await runsOf(threadId)).toMatchObject([{ status: 'success' }]);
});
