import '../support/dom.ts';
import { Client, type Message } from '@langchain/langgraph-sdk';
import { useStream } from '@langchain/react';
import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { call, say, transfer } from '../support/scripted-model.ts';
import { startService, type TestService } from '../support/start-service.ts';

interface State extends Record<string, unknown> {
  messages: Message[];
}

let service: TestService;
let client: Client;

beforeAll(async () => {
  service = await startService();
  client = new Client({ apiUrl: service.url, apiKey: null, callerOptions: { maxRetries: 0 } });
});
afterEach(cleanup);
afterAll(() => service.stop());

describe.each(['sse', 'websocket'] as const)('over %s', (transport) => {
  /** A chat as a page has it. */
  function openChat({
    assistantId = 'desk',
    threadId: given,
  }: {
    assistantId?: string;
    threadId?: string;
  } = {}) {
    let threadId: string | null = given ?? null;
    const view = renderHook(() =>
      useStream<State>({
        apiUrl: service.url,
        apiKey: null as unknown as string, // no key, not even one of the environment
        assistantId,
        transport,
        threadId,
        onThreadId: (id: string) => {
          threadId = id;
        },
      }),
    );
    const stream = () => view.result.current;
    const texts = () => stream().messages.map(({ text }) => text);
    return {
      stream,
      unmount: view.unmount,
      threadId: () => threadId ?? '',
      submit: (content: string, options: object = {}) =>
        act(async () => {
          void stream().submit({ messages: [{ type: 'human', content }] } as never, options); // typed wider than the wire
        }),
      async shows(...expected: string[]): Promise<void> {
        await waitFor(() => expect(texts()).toEqual(expected), { timeout: 10_000 });
        await waitFor(() => expect(stream().isLoading).toBe(false), { timeout: 10_000 });
      },
    };
  }

  test('a conversation with handoffs is what the thread holds', async () => {
    service.script(
      transfer('clerk', { question: 'Where is 7?' }),
      call('look_up', { order: 7 }),
      say('Order 7 is on its way to you.'),
      say('As I said.'),
    );
    const chat = openChat();
    await chat.submit('Where is my order 7?');
    await waitFor(() => expect(chat.stream().messages.at(-1)?.text).toBe('Order 7 is on its way to you.'), {
      timeout: 10_000,
    });
    await waitFor(() => expect(chat.stream().isLoading).toBe(false), { timeout: 10_000 });
    await chat.submit('Sure?');
    await waitFor(() => expect(chat.stream().messages.at(-1)?.text).toBe('As I said.'), {
      timeout: 10_000,
    });
    await waitFor(() => expect(chat.stream().isLoading).toBe(false), { timeout: 10_000 });
    const { values } = await client.threads.getState<State>(chat.threadId());
    expect(chat.stream().messages.map(({ id }) => id)).toEqual(values.messages.map(({ id }) => id));
  });

  test('a chat waits for a person and goes on with the answer', async () => {
    service.script(call('look_up', { order: 7 }), say('It is on its way.'));
    const chat = openChat({ assistantId: 'till' });
    await chat.submit('Where is my order 7?');
    await waitFor(() => expect(chat.stream().interrupt).toBeDefined(), { timeout: 10_000 });
    expect(chat.stream().interrupt?.value).toMatchObject({ type: 'approval', calls: [{ name: 'look_up' }] });
    await act(async () => void chat.stream().respond('accept'));
    await chat.shows('Where is my order 7?', '', 'Order 7 is on its way.', 'It is on its way.');
    expect(chat.stream().interrupt).toBeUndefined();
  });

  test('who stops a chat stops its run', async () => {
    service.script(transfer('clerk', { question: 'Where is 0?' }), call('look_up', { order: 0 }));
    const chat = openChat();
    await chat.submit('Where is my order 0?');
    await waitFor(() => expect(chat.stream().messages.length).toBeGreaterThan(3), { timeout: 10_000 });
    await act(() => chat.stream().stop());
    await waitFor(() => expect(chat.stream().isLoading).toBe(false));
    await expect
      .poll(async () => (await client.runs.list(chat.threadId())).map(({ status }) => status), {
        timeout: 10_000,
      })
      .toEqual(['interrupted']);
  });

  test('a page that is loaded anew shows the run that is under way to its end', async () => {
    const back = Promise.withResolvers<void>();
    service.script(
      transfer('clerk', { question: 'Where is 7?' }),
      call('look_up', { order: 7 }),
      async () => {
        await back.promise;
        return say('Order 7 is on its way to you.');
      },
    );
    const chat = openChat();
    await chat.submit('Where is my order 7?');
    await waitFor(() => expect(chat.stream().messages.length).toBeGreaterThan(3), { timeout: 10_000 });
    const threadId = chat.threadId();
    chat.unmount();
    const again = openChat({ threadId });
    await waitFor(() => expect(again.stream().messages.length).toBeGreaterThan(3), { timeout: 10_000 });
    back.resolve();
    await waitFor(() => expect(again.stream().messages.at(-1)?.text).toBe('Order 7 is on its way to you.'), {
      timeout: 10_000,
    });
    await waitFor(() => expect(again.stream().isLoading).toBe(false), { timeout: 10_000 });
    const { values } = await client.threads.getState<State>(threadId);
    expect(again.stream().messages.map(({ id }) => id)).toEqual(values.messages.map(({ id }) => id));
  });

  test('an earlier message is edited on a branch', async () => {
    service.script(say('One.'), say('Two.'), say('Two, anew.'));
    const chat = openChat();
    await chat.submit('First?');
    await chat.shows('First?', 'One.');
    await chat.submit('Second?');
    await chat.shows('First?', 'One.', 'Second?', 'Two.');
    const second = chat.stream().messages[2]?.id;
    const states = await client.threads.getHistory<State>(chat.threadId(), { limit: 50 });
    const first = states.findLast(({ values }) => values.messages.some(({ id }) => id === second));
    await chat.submit('Second, edited?', { forkFrom: first?.parent_checkpoint?.checkpoint_id });
    await chat.shows('First?', 'One.', 'Second, edited?', 'Two, anew.');
  });
});
