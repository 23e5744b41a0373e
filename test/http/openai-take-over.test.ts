import OpenAI from 'openai';
import type { ResponseStreamEvent } from 'openai/resources/responses/responses';
import { expect, test } from 'vitest';
import type { AppContext } from '../../src/app-context.ts';
import { createApp } from '../../src/http/app.ts';
import type { ChatModel, ChatRequest } from '../../src/model/chat-model.ts';
import { collect } from '../support/logged-events.ts';
import { call, reply, scriptedModel, transfer } from '../support/scripted-model.ts';
import { openStage } from '../support/two-processes.ts';

const project = 'test/fixtures/desk';
const question = { model: 'desk', input: 'Where is my order 7?', background: true };

test.each<[string, string, string[]]>([
  ['the same again goes on in its item', 'Order 7 is on its way.', ['Order 7 is on its way.']],
  ['something else gets an item of its own', 'It is on its way.', ['Order 7 is ', 'It is on its way.']],
])('when a process dies in a sentence, the next says no word twice: %s', async (_, answer, texts) => {
  const stage = await openStage(project);
  const { chat, over } = dyingModel('Order 7 is ');
  const first = await stage.open(chat);
  const seen: ResponseStreamEvent[] = [];
  for await (const event of await clientOf(first).responses.create({ ...question, stream: true })) {
    seen.push(event);
    if (event.type === 'response.output_text.delta') break; // the client is cut off
  }
  const id = idIn(seen);
  const second = await stage.takeOver(first, scriptedModel([reply({ text: answer })]));
  const client = clientOf(second);
  const rest = await collect(
    await client.responses.retrieve(id, { stream: true, starting_after: seen.length - 1 }),
  );
  over();

  const whole = await collect(await client.responses.retrieve(id, { stream: true }));
  expect([...seen, ...rest]).toEqual(whole);
  expect(whole.map(({ sequence_number }) => sequence_number)).toEqual(whole.map((_, at) => at));
  expect(
    whole.map((event) => (event.type === 'response.output_text.delta' ? event.delta : '')).join(''),
  ).toBe(texts.join(''));
  const { output, status } = await client.responses.retrieve(id);
  expect(status).toBe('completed');
  expect(output.map(({ type }) => type)).toEqual(['mcp_call', 'mcp_call', ...texts.map(() => 'message')]);
  expect(output.slice(2)).toMatchObject(texts.map((text) => ({ content: [{ text }] })));
});

/** Hands over, looks up, begins to say something, and then nothing more comes. */
function dyingModel(begins: string): { chat: ChatModel; over: () => void } {
  const gate = Promise.withResolvers<void>();
  const script = scriptedModel([
    transfer('clerk', { question: 'Where is 7?' }),
    call('look_up', { order: 7 }),
  ]);
  const chat: ChatModel = async (request: ChatRequest, onText) => {
    if (script.requests.length < 2) return script(request, onText);
    onText(begins);
    await gate.promise;
    return reply({ text: 'Too late.' });
  };
  return { chat, over: gate.resolve };
}

function clientOf(context: AppContext): OpenAI {
  const app = createApp(context);
  const fetch = async (url: string | URL | Request, init?: RequestInit) => app.request(String(url), init);
  return new OpenAI({ baseURL: 'http://localhost/v1', apiKey: 'none', maxRetries: 0, fetch });
}

function idIn([created]: ResponseStreamEvent[]): string {
  if (created?.type !== 'response.created') throw new Error('the first event is response.created');
  return created.response.id;
}
