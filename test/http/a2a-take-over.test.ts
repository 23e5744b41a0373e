import type { AgentCard, StreamResponse } from '@a2a-js/sdk';
import { type Client, ClientFactory, JsonRpcTransportFactory } from '@a2a-js/sdk/client';
import { expect, test } from 'vitest';
import type { AppContext } from '../../src/app-context.ts';
import { createApp } from '../../src/http/app.ts';
import type { ChatModel } from '../../src/model/chat-model.ts';
import { artifactsOf, ask, changesOf, taskIdOf, textsOf } from '../support/a2a.ts';
import { collect } from '../support/logged-events.ts';
import { call, reply, scriptedModel, transfer } from '../support/scripted-model.ts';
import { openStage } from '../support/two-processes.ts';

test.each([
  ['the same again goes on in its artifact', 'Order 7 is on its way.', ['Order 7 is on its way.']],
  ['something else gets an artifact of its own', 'It is on its way.', ['Order 7 is ', 'It is on its way.']],
])('when a process dies in a sentence, the next says no word twice: %s', async (_, answer, texts) => {
  const stage = await openStage('test/fixtures/desk');
  const { chat, over } = dyingModel('Order 7 is ');
  const first = await stage.open(chat);
  const seen: StreamResponse[] = [];
  for await (const event of (await connect(first)).sendMessageStream(ask({ text: 'Where is my order 7?' }))) {
    seen.push(event);
    if (event.payload?.$case === 'artifactUpdate') break; // the client is cut off
  }
  const id = taskIdOf(seen);
  const second = await stage.takeOver(first, scriptedModel([reply({ text: answer })]));
  const client = await connect(second);
  const rest = await collect(client.resubscribeTask({ tenant: '', id }));
  over();

  const task = await client.getTask({ tenant: '', id });
  expect(artifactsOf(rest)).toEqual(task.artifacts);
  expect(task.artifacts.map(({ parts }) => parts[0]?.content?.value)).toEqual(texts);
  expect(task.artifacts.at(-1)).toMatchObject({ name: 'answer', metadata: { agent: 'clerk' } });
  const [snapshot] = rest;
  const before = artifactsOf(snapshot ? [snapshot] : []).map(({ parts }) => parts[0]?.content?.value);
  expect([...before, ...textsOf(rest)].join('')).toBe(texts.join(''));
  expect(new Set(changesOf(rest).map(({ artifact }) => artifact?.artifactId)).size).toBe(texts.length);
});

/** Hands over, looks up, begins to say something, and then nothing more comes. */
function dyingModel(begins: string): { chat: ChatModel; over: () => void } {
  const gate = Promise.withResolvers<void>();
  const script = scriptedModel([
    transfer('clerk', { question: 'Where is 7?' }),
    call('look_up', { order: 7 }),
  ]);
  const chat: ChatModel = async (request, onText) => {
    if (script.requests.length < 2) return script(request, onText);
    onText(begins);
    await gate.promise;
    return reply({ text: 'Too late.' });
  };
  return { chat, over: gate.resolve };
}

async function connect(context: AppContext): Promise<Client> {
  const app = createApp(context);
  const fetchImpl = async (url: string | URL | Request, init?: RequestInit) => app.request(String(url), init);
  const factory = new ClientFactory({ transports: [new JsonRpcTransportFactory({ fetchImpl })] });
  const card = await (await app.request('http://localhost/a2a/desk/.well-known/agent-card.json')).json();
  return factory.createFromAgentCard(card as AgentCard);
}
