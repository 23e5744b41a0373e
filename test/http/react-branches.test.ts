import '../support/dom.ts';
import { Client, type Message } from '@langchain/langgraph-sdk';
import { useStream } from '@langchain/langgraph-sdk/react';
import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { call, say } from '../support/scripted-model.ts';
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

/** A chat that shows the branches of its thread. */
function openChat(assistantId = 'desk') {
  let threadId: string | null = null;
  const view = renderHook(() =>
    useStream<State>({
      apiUrl: service.url,
      apiKey: null as unknown as string, // no key, not even one of the environment
      assistantId,
      threadId,
      onThreadId: (id: string) => {
        threadId = id;
      },
      fetchStateHistory: { limit: 100 },
    }),
  );
  const stream = () => view.result.current;
  const texts = () => stream().messages.map(({ content }) => content);
  async function shows(...expected: string[]): Promise<void> {
    await waitFor(() => expect(texts()).toEqual(expected), { timeout: 10_000 });
    await waitFor(() => expect(stream().isLoading).toBe(false));
  }
  return {
    stream,
    shows,
    threadId: () => threadId ?? '',
    submit: (content: string | undefined, options: object = {}) =>
      act(async () => {
        const input = content === undefined ? undefined : { messages: [{ type: 'human' as const, content }] };
        void stream().submit(input, options);
      }),
    /** What the page knows of the message in that place. */
    about(place: number) {
      const message = stream().messages[place];
      const known = message && stream().getMessagesMetadata(message);
      if (!known) throw new Error(`nothing is known of message ${place}`);
      return { ...known, before: known.firstSeenState?.parent_checkpoint };
    },
  };
}

test('an earlier message is edited: both branches stay, and a page moves between them', async () => {
  service.script(say('One.'), say('Two.'), say('Two, anew.'));
  const chat = openChat();
  await chat.submit('First?');
  await chat.shows('First?', 'One.');
  await chat.submit('Second?');
  await chat.shows('First?', 'One.', 'Second?', 'Two.');

  await chat.submit('Second, edited?', { checkpoint: chat.about(2).before });
  await chat.shows('First?', 'One.', 'Second, edited?', 'Two, anew.');
  const { branch, branchOptions } = chat.about(2);
  expect(branchOptions).toHaveLength(2);
  const [other] = (branchOptions ?? []).filter((option) => option !== branch);
  act(() => chat.stream().setBranch(other ?? ''));
  await chat.shows('First?', 'One.', 'Second?', 'Two.');
  const { values } = await client.threads.getState<State>(chat.threadId());
  expect(values.messages.map(({ content }) => content)).toEqual([
    ...['First?', 'One.'],
    ...['Second, edited?', 'Two, anew.'],
  ]);
});

test('the very first message is edited', async () => {
  service.script(say('One.'), say('One, anew.'));
  const chat = openChat();
  await chat.submit('First?');
  await chat.shows('First?', 'One.');
  await chat.submit('First, edited?', { checkpoint: chat.about(0).before });
  await chat.shows('First, edited?', 'One, anew.');
  expect(chat.about(0).branchOptions).toHaveLength(2);
});

test('an answer is made anew from the state before it, and the conversation goes on there', async () => {
  const model = service.script(say('One.'), say('One, anew.'), say('Two.'));
  const chat = openChat();
  await chat.submit('First?');
  await chat.shows('First?', 'One.');
  await chat.submit(undefined, { checkpoint: chat.about(1).before });
  await chat.shows('First?', 'One, anew.');
  await chat.submit('Second?');
  await chat.shows('First?', 'One, anew.', 'Second?', 'Two.');
  expect(JSON.stringify(model.requests.at(-1)?.messages)).not.toContain('One.');
  expect(chat.about(1).branchOptions).toHaveLength(2);
});

test('a waiting call is left behind: the message before it is edited instead of answered', async () => {
  service.script(call('look_up', { order: 7 }), say('Order what?'));
  const chat = openChat('till');
  await chat.submit('Where is 7?');
  await waitFor(() => expect(chat.stream().interrupt).toBeDefined(), { timeout: 10_000 });
  await waitFor(() => expect(chat.stream().isLoading).toBe(false));
  await chat.submit('Where is it?', { checkpoint: chat.about(0).before });
  await chat.shows('Where is it?', 'Order what?');
  expect(chat.stream().interrupt).toBeUndefined();
  expect(await client.threads.get(chat.threadId())).toMatchObject({ status: 'idle' });
});
