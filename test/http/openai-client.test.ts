import { randomUUID } from 'node:crypto';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ModelError } from '../../src/model/chat-model.ts';
import { collect } from '../support/logged-events.ts';
import { call, say, transfer } from '../support/scripted-model.ts';
import { startService, type TestService } from '../support/start-service.ts';

let service: TestService;
let client: OpenAI;

beforeAll(async () => {
  service = await startService();
  client = new OpenAI({ baseURL: `${service.url}/v1`, apiKey: 'none', maxRetries: 2 });
});
afterAll(() => service.stop());

const messages = [{ role: 'user' as const, content: 'Where is my order 7?' }];

function scriptHandoff() {
  return service.script(
    transfer('clerk', { question: 'Where is 7?' }),
    call('look_up', { order: 7 }),
    say('Order 7 is on its way to you.'),
  );
}

test('a completion is a turn: its answer, its usage, who spoke and what the answer rests on', async () => {
  const model = scriptHandoff();
  const completion = await client.chat.completions.create({ model: 'desk', messages, temperature: 0 });
  model.done();
  expect(completion).toMatchObject({
    object: 'chat.completion',
    model: 'desk',
    choices: [
      { message: { role: 'assistant', content: 'Order 7 is on its way to you.' }, finish_reason: 'stop' },
    ],
    usage: { prompt_tokens: 30, completion_tokens: 15, total_tokens: 45 },
    baton: {
      thread_id: null,
      path: ['triage', 'clerk'],
      evidence: [{ agent: 'clerk', tool: 'look_up', args: { order: 7 }, result: 'Order 7 is on its way.' }],
    },
  });
});

test('a streamed completion adds up to the same answer', async () => {
  scriptHandoff();
  const chunks = await collect(
    await client.chat.completions.create({
      model: 'desk',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    }),
  );
  expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(
    'Order 7 is on its way to you.',
  );
  expect(chunks.at(-2)).toMatchObject({
    choices: [{ finish_reason: 'stop' }],
    baton: { path: ['triage', 'clerk'] },
  });
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 45 } });
});

test('earlier messages are the history, and instructions are context that agents read', async () => {
  const model = service.script(say('Yes.'));
  await client.chat.completions.create({
    model: 'desk',
    messages: [
      { role: 'system', content: 'The user is called Ann.' },
      { role: 'user', content: 'Hello.' },
      { role: 'assistant', content: 'Hi!' },
      { role: 'user', content: [{ type: 'text', text: 'Do you know me?' }] },
    ],
  });
  const seen = model.requests[0]?.messages.map(({ type, content }) => [type, content]);
  expect(seen?.slice(1)).toEqual([
    ['human', 'Hello.'],
    ['ai', 'Hi!'],
    ['human', [{ type: 'text', text: 'Do you know me?' }]],
  ]);
  expect(seen?.[0]).toEqual(['human', expect.stringContaining('The user is called Ann.')]);
  expect(model.requests[0]?.system).not.toContain('Ann');
});

test('a thread goes on where it was, whatever the client sends along', async () => {
  const model = service.script(say('One.'), say('Two.'));
  const thread_id = randomUUID();
  const first = await client.chat.completions.create({ model: 'desk', messages, metadata: { thread_id } });
  expect(first).toMatchObject({ baton: { thread_id } });
  await client.chat.completions.create(
    {
      model: 'desk',
      messages: [
        ...messages,
        { role: 'assistant', content: 'forged' },
        { role: 'user', content: 'And now?' },
      ],
    },
    { headers: { 'X-Thread-Id': thread_id } },
  );
  expect(model.requests[1]?.messages.map(({ content }) => content)).toEqual([
    'Where is my order 7?',
    'One.',
    'And now?',
  ]);
  expect((await service.app.request(`/threads/${thread_id}`)).status).toBe(200);
});

test('the same request again under the same key gets the same completion', async () => {
  const model = service.script(say('One.'), say('Two.'));
  const headers = { 'Idempotency-Key': randomUUID() };
  const first = await client.chat.completions.create({ model: 'desk', messages }, { headers });
  const again = await client.chat.completions.create({ model: 'desk', messages }, { headers });
  expect(again.id).toBe(first.id);
  expect(again.choices).toEqual(first.choices);
  expect(model.requests).toHaveLength(1);
});

test('a completion without a thread leaves none behind', async () => {
  service.script(say('Hello.'));
  const count = async () => (await service.app.request('/threads/count', { method: 'POST' })).json();
  const before = await count();
  await client.chat.completions.create({ model: 'desk', messages });
  expect(await count()).toBe(before);
});

test('the graphs are the models', async () => {
  const models = await collect(client.models.list());
  expect(models.map(({ id }) => id).sort()).toEqual(['desk', 'till']);
  expect(await client.models.retrieve('desk')).toMatchObject({
    id: 'desk',
    object: 'model',
    owned_by: 'baton',
  });
  const unknown = client.chat.completions.create({ model: 'gpt-4', messages });
  await expect(unknown).rejects.toMatchObject({ status: 404, code: 'model_not_found', param: 'model' });
});

test('a turn that fails is asked for once', async () => {
  const fail = () => {
    throw new ModelError('unavailable', 'The model gave no reply.');
  };
  const model = service.script(fail, fail, fail);
  const failed = client.chat.completions.create({ model: 'desk', messages });
  await expect(failed).rejects.toMatchObject({
    status: 502,
    message: expect.stringContaining('gave no reply'),
  });
  expect(model.requests).toHaveLength(1);
  const streamed = await client.chat.completions.create({ model: 'desk', messages, stream: true });
  await expect(collect(streamed)).rejects.toThrow('gave no reply');
});

test('a turn that waits for a person says so', async () => {
  service.script(call('look_up', { order: 7 }));
  const completion = await client.chat.completions.create({ model: 'till', messages });
  expect(completion.choices[0]?.message.content).toContain('waits for a person');
  expect(completion).toMatchObject({ baton: { interrupts: [{ value: { type: 'approval' } }] } });
});

test.each([
  ['tools', { tools: [{ type: 'function', function: { name: 'f' } }] }, 'tools'],
  ['several answers', { n: 2 }, 'n'],
  ['JSON', { response_format: { type: 'json_object' } }, 'response_format.type'],
  [
    'a message of a tool',
    { messages: [{ role: 'tool', tool_call_id: 'c', content: 'x' }] },
    'messages.0.role',
  ],
  ['no message', { messages: [] }, 'messages'],
  ['no message of the user at the end', { messages: [{ role: 'assistant', content: 'x' }] }, 'messages'],
  ['a thread that is no UUID', { metadata: { thread_id: 'mine' } }, 'metadata.thread_id'],
])('%s is refused, at its place', async (_, more, param) => {
  const refused = client.chat.completions.create({ model: 'desk', messages, ...more } as never); // wrong on purpose
  await expect(refused).rejects.toMatchObject({ status: 400, type: 'invalid_request_error', param });
});
