import { randomUUID } from 'node:crypto';
import OpenAI from 'openai';
import type { ResponseStreamEvent } from 'openai/resources/responses/responses';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ModelError } from '../../src/model/chat-model.ts';
import { sweepThreads } from '../../src/turn/sweep-threads.ts';
import { collect } from '../support/logged-events.ts';
import { both, call, say, transfer } from '../support/scripted-model.ts';
import { startService, type TestService } from '../support/start-service.ts';

let service: TestService;
let client: OpenAI;

beforeAll(async () => {
  service = await startService();
  client = new OpenAI({ baseURL: `${service.url}/v1`, apiKey: 'none', maxRetries: 0 });
});
afterAll(() => service.stop());

const question = { model: 'desk', input: 'Where is my order 7?' };

function scriptHandoff() {
  return service.script(
    transfer('clerk', { question: 'Where is 7?' }),
    both(say('One moment. '), call('look_up', { order: 7 })),
    say('Order 7 is on its way to you.'),
  );
}

test('a response is a turn: what was said and done in order, its usage, who spoke', async () => {
  const model = scriptHandoff();
  const response = await client.responses.create({ ...question, temperature: 0, metadata: { job: 'a' } });
  model.done();
  expect(response.output_text).toBe('One moment. Order 7 is on its way to you.');
  expect(response).toMatchObject({
    object: 'response',
    status: 'completed',
    model: 'desk',
    metadata: { job: 'a' },
    error: null,
    previous_response_id: null,
    conversation: null,
    usage: { input_tokens: 30, output_tokens: 15, total_tokens: 45 },
    output: [
      { type: 'mcp_call', server_label: 'triage', name: 'transfer_to_clerk', status: 'completed' },
      { type: 'message', role: 'assistant', status: 'completed', content: [{ type: 'output_text' }] },
      {
        type: 'mcp_call',
        server_label: 'clerk',
        name: 'look_up',
        arguments: '{"order":7}',
        output: 'Order 7 is on its way.',
        error: null,
      },
      { type: 'message', content: [{ text: 'Order 7 is on its way to you.' }] },
    ],
    baton: { path: ['triage', 'clerk'], evidence: [{ tool: 'look_up' }] },
  });
  expect(await client.responses.retrieve(response.id)).toEqual(response);
});

test('a stream tells everything in order, numbered without gaps, and adds up to the response', async () => {
  scriptHandoff();
  const events = await collect(await client.responses.create({ ...question, stream: true }));
  expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, at) => at));
  expect(types(events)).toEqual([
    'response.created',
    'response.in_progress',
    ...callTypes, // the handoff
    ...messageTypes,
    ...callTypes,
    ...messageTypes,
    'response.completed',
  ]);
  expect(delta(events)).toBe('One moment. Order 7 is on its way to you.');
  const last = events.at(-1);
  if (last?.type !== 'response.completed') throw new Error('the last event is response.completed');
  const again = await client.responses.retrieve(last.response.id);
  expect(again).toMatchObject(JSON.parse(JSON.stringify(last.response)));
});

test('the client’s own stream helper makes the same response of it', async () => {
  scriptHandoff();
  const stream = client.responses.stream({ ...question });
  const final = await stream.finalResponse();
  expect(final.output_text).toBe('One moment. Order 7 is on its way to you.');
  expect(final.output.map(({ type }) => type)).toEqual(['mcp_call', 'message', 'mcp_call', 'message']);
  const replayed = await client.responses.stream({ response_id: final.id }).finalResponse();
  expect(replayed.output_text).toBe(final.output_text);
});

test('a response goes on behind the one before it', async () => {
  const model = service.script(say('One.'), say('Two.'), say('Three.'));
  const first = await client.responses.create({ ...question, instructions: 'The user is called Ann.' });
  const second = await client.responses.create({
    model: 'desk',
    input: 'And then?',
    instructions: 'The user is called Ann.',
    previous_response_id: first.id,
  });
  expect(second.previous_response_id).toBe(first.id);
  await client.responses.create({ model: 'desk', input: 'And?', previous_response_id: second.id });
  expect(said(model.requests[2])).toEqual([
    expect.stringContaining('The user is called Ann.'),
    'Where is my order 7?',
    'One.',
    'And then?',
    'Two.',
    'And?',
  ]);
});

test('a response goes on behind an older one, as if what came after had not been said', async () => {
  const model = service.script(say('One.'), say('Two.'), say('Other two.'));
  const first = await client.responses.create(question);
  const previous = { model: 'desk', previous_response_id: first.id };
  await client.responses.create({ ...previous, input: 'And then?' });
  const branch = await client.responses.create({ ...previous, input: 'Or rather?' });
  expect(branch.output_text).toBe('Other two.');
  expect(said(model.requests[2])).toEqual(['Where is my order 7?', 'One.', 'Or rather?']);
});

test('a conversation is a thread: it is made, gone on with, listed, renamed, deleted', async () => {
  const model = service.script(say('One.'), call('look_up', { order: 7 }), say('Two.'));
  const conversation = await client.conversations.create({ metadata: { of: 'Ann' } });
  expect(conversation).toMatchObject({ object: 'conversation', metadata: { of: 'Ann' } });
  const { id } = conversation;
  const first = await client.responses.create({ ...question, conversation: id });
  expect(first.conversation).toEqual({ id });
  await client.responses.create({ model: 'desk', input: 'And?', conversation: { id } });
  expect(said(model.requests[1])).toEqual(['Where is my order 7?', 'One.', 'And?']);
  const items = await collect(client.conversations.items.list(id, { order: 'asc', limit: 2 }));
  expect(items.map(({ type }) => type)).toEqual(['message', 'message', 'message', 'mcp_call', 'message']);
  expect(await client.conversations.update(id, { metadata: { is: 'old' } })).toMatchObject({
    metadata: { of: 'Ann', is: 'old' },
  });
  expect(await client.conversations.retrieve(id)).toMatchObject({ id, metadata: { is: 'old' } });
  expect(await client.conversations.delete(id)).toEqual({
    id,
    object: 'conversation.deleted',
    deleted: true,
  });
  await expect(client.conversations.retrieve(id)).rejects.toMatchObject({ status: 404 });
  await expect(client.responses.retrieve(first.id)).rejects.toMatchObject({ status: 404 });
});

test('what is not stored leaves nothing behind, and knows what came before it', async () => {
  const model = service.script(say('One.'), say('Two.'));
  const first = await client.responses.create(question);
  const before = await countThreads();
  const second = await client.responses.create({
    model: 'desk',
    input: 'And?',
    store: false,
    previous_response_id: first.id,
  });
  expect(second).toMatchObject({ status: 'completed', store: false, baton: { thread_id: null } });
  expect(said(model.requests[1])).toEqual(['Where is my order 7?', 'One.', 'And?']);
  await expect(client.responses.retrieve(second.id)).rejects.toMatchObject({ status: 404 });
  await sweepInAMinute();
  expect(await countThreads()).toBe(before);
});

test('a client that keeps its history itself sends it whole', async () => {
  scriptHandoff();
  const first = await client.responses.create({ ...question, store: false });
  const model = service.script(say('Yes.'));
  await client.responses.create({
    model: 'desk',
    store: false,
    input: [
      { role: 'developer', content: 'Be brief.' },
      { role: 'user', content: question.input },
      ...(first.output as OpenAI.Responses.ResponseInputItem[]),
      { role: 'user', content: [{ type: 'input_text', text: 'Sure?' }] },
    ],
  });
  expect(said(model.requests[0])).toEqual([
    expect.stringContaining('Be brief.'),
    question.input,
    'One moment. \n\nOrder 7 is on its way to you.',
    [{ type: 'text', text: 'Sure?' }],
  ]);
});

test('in the background it is answered at once, looked at, and its stream picked up where it was left', async () => {
  const gate = Promise.withResolvers<void>();
  service.script(transfer('clerk', { question: 'Where is 7?' }), async () => {
    await gate.promise;
    return say('Order 7 is on its way to you.');
  });
  const started = await client.responses.create({ ...question, background: true, stream: true });
  const seen: ResponseStreamEvent[] = [];
  for await (const event of started) {
    seen.push(event);
    if (event.type === 'response.output_item.done') break; // the handoff; then the client leaves
  }
  expect(types(seen).slice(0, 3)).toEqual(['response.created', 'response.queued', 'response.in_progress']);
  const [created] = seen;
  if (created?.type !== 'response.created') throw new Error('the first event is response.created');
  const { id } = created.response;
  expect(await client.responses.retrieve(id)).toMatchObject({ status: 'in_progress', background: true });
  gate.resolve();
  const rest = await collect(
    await client.responses.retrieve(id, { stream: true, starting_after: seen.length - 1 }),
  );
  const whole = await collect(await client.responses.retrieve(id, { stream: true }));
  expect([...seen, ...rest]).toEqual(whole);
  expect(whole.at(-1)).toMatchObject({ type: 'response.completed', response: { status: 'completed' } });
  expect(await client.responses.retrieve(id)).toMatchObject({ output_text: 'Order 7 is on its way to you.' });
});

test('a response in the background is polled', async () => {
  service.script(say('Hello.'));
  let response = await client.responses.create({ ...question, background: true });
  expect(response.status).toBe('queued');
  await expect
    .poll(async () => {
      response = await client.responses.retrieve(response.id);
      return response.status;
    })
    .toBe('completed');
  expect(response.output_text).toBe('Hello.');
});

test('a response is cancelled', async () => {
  service.script(
    transfer('clerk', { question: 'Where is 0?' }),
    both(say('One moment.'), call('look_up', { order: 0 })),
  );
  const stream = await client.responses.create({ ...question, background: true, stream: true });
  const events: ResponseStreamEvent[] = [];
  for await (const event of stream) {
    events.push(event);
    if (event.type !== 'response.mcp_call.in_progress' || events.length < 12) continue;
    const [created] = events;
    if (created?.type !== 'response.created') throw new Error('the first event is response.created');
    expect(await client.responses.cancel(created.response.id)).toMatchObject({ status: 'cancelled' });
  }
  expect(events.at(-1)).toMatchObject({
    type: 'response.failed',
    response: {
      status: 'cancelled',
      error: null,
      output: [
        { type: 'mcp_call' },
        { type: 'message', status: 'completed' },
        { type: 'mcp_call', status: 'incomplete' },
      ],
    },
  });
});

test('a call that waits for a person is an approval request, and the next response answers it', async () => {
  service.script(call('look_up', { order: 7 }), say('It is on its way.'));
  const asked = await client.responses.create({ model: 'till', input: question.input });
  expect(asked).toMatchObject({
    status: 'completed',
    output: [
      { type: 'mcp_approval_request', name: 'look_up', arguments: '{"order":7}', server_label: 'clerk' },
    ],
  });
  const [request] = asked.output;
  const answer = (approve: boolean) =>
    client.responses.create({
      model: 'till',
      previous_response_id: asked.id,
      input: [{ type: 'mcp_approval_response', approval_request_id: request?.id ?? '', approve }],
    });
  const answered = await answer(true);
  expect(answered.output_text).toBe('It is on its way.');
  expect(answered.output[0]).toMatchObject({ type: 'mcp_call', name: 'look_up', status: 'completed' });
  const items = await collect(client.responses.inputItems.list(answered.id));
  expect(items).toMatchObject([
    { type: 'mcp_approval_response', approval_request_id: request?.id, approve: true },
  ]);
  await expect(answer(true)).rejects.toMatchObject({ status: 409 });
});

test('a call that a person refuses has failed', async () => {
  service.script(call('look_up', { order: 7 }), say('Then not.'));
  const asked = await client.responses.create({ model: 'till', input: question.input });
  const refused = await client.responses.create({
    model: 'till',
    previous_response_id: asked.id,
    input: [
      {
        type: 'mcp_approval_response',
        approval_request_id: asked.output[0]?.id ?? '',
        approve: false,
        reason: 'not today',
      },
    ],
  });
  expect(refused.output[0]).toMatchObject({
    type: 'mcp_call',
    status: 'failed',
    error: { content: [{ text: expect.stringContaining('not today') }] },
  });
});

test('what was asked is listed, and a response is deleted with all that is kept of it', async () => {
  service.script(say('Hello.'));
  const before = await countThreads();
  const { id } = await client.responses.create({
    model: 'desk',
    input: [
      { role: 'user', content: 'Hello.' },
      { role: 'user', content: 'Anybody?' },
    ],
  });
  const items = await collect(client.responses.inputItems.list(id, { order: 'asc', limit: 1 }));
  expect(items).toMatchObject([
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello.' }] },
    { content: [{ text: 'Anybody?' }] },
  ]);
  await client.responses.delete(id);
  await expect(client.responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
  expect(await countThreads()).toBe(before);
});

test('a turn that fails is an error, and the end of its stream', async () => {
  const fail = () => {
    throw new ModelError('unavailable', 'The model gave no reply.');
  };
  service.script(fail, fail);
  await expect(client.responses.create(question)).rejects.toMatchObject({
    status: 502,
    message: expect.stringContaining('gave no reply'),
  });
  const events = await collect(await client.responses.create({ ...question, stream: true }));
  expect(events.at(-1)).toMatchObject({
    type: 'response.failed',
    response: { status: 'failed', error: { code: 'server_error', message: 'The model gave no reply.' } },
  });
});

test.each<[string, object, string, number]>([
  ['a graph that is not there', { model: 'gpt-4' }, 'model', 404],
  ['tools', { tools: [{ type: 'function', name: 'f' }] }, 'tools', 400],
  ['JSON', { text: { format: { type: 'json_schema', name: 'n', schema: {} } } }, 'text.format.type', 400],
  ['truncation', { truncation: 'auto' }, 'truncation', 400],
  ['logprobs', { include: ['message.output_text.logprobs'] }, 'include.0', 400],
  ['no input', { input: '' }, 'input', 400],
  ['no items', { input: [] }, 'input', 400],
  ['an item of no kind', { input: [{ type: 'item_reference', id: 'x' }] }, 'input', 400],
  [
    'the result of a function',
    { input: [{ type: 'function_call_output', call_id: 'c', output: 'x' }] },
    'input',
    400,
  ],
  [
    'a stored image',
    { input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'f' }] }] },
    'input',
    400,
  ],
  ['words of an agent at the end', { input: [{ role: 'assistant', content: 'x' }] }, 'input', 400],
  ['an unknown response', { previous_response_id: `resp_${'0'.repeat(32)}` }, 'previous_response_id', 404],
  ['no id of a response', { previous_response_id: 'resp_x' }, 'previous_response_id', 404],
  ['an unknown conversation', { conversation: randomUUID() }, 'conversation', 404],
  ['two places', { conversation: randomUUID(), previous_response_id: 'resp_x' }, 'conversation', 400],
  ['a conversation that is not kept', { conversation: randomUUID(), store: false }, 'store', 400],
  ['a background that is not kept', { background: true, store: false }, 'background', 400],
  ['no version', { metadata: { graph_version: 'old' } }, 'metadata.graph_version', 400],
])('%s is refused, at its place', async (_, more, param, status) => {
  const refused = client.responses.create({ ...question, ...more } as never); // wrong on purpose
  await expect(refused).rejects.toMatchObject({ status, type: 'invalid_request_error', param });
});

test('the same request again under the same key gets the same response', async () => {
  const model = service.script(say('One.'), say('Two.'));
  const headers = { 'Idempotency-Key': randomUUID() };
  const first = await client.responses.create(question, { headers });
  const { data: again, response } = await client.responses.create(question, { headers }).withResponse();
  expect(again).toEqual(first);
  expect(response.headers.get('idempotent-replayed')).toBe('true');
  const events = await collect(
    await client.responses.create(
      { ...question, stream: true },
      { headers: { 'Idempotency-Key': randomUUID() } },
    ),
  );
  expect(delta(events)).toBe('Two.');
  expect(model.requests).toHaveLength(2);
  const other = client.responses.create({ ...question, input: 'Something else.' }, { headers });
  await expect(other).rejects.toMatchObject({ status: 409 });
  await client.responses.delete(first.id);
  await expect(client.responses.create(question, { headers })).rejects.toMatchObject({ status: 404 });
});

test('words of agents cannot be put into a thread', async () => {
  service.script(say('One.'));
  const { id } = await client.responses.create(question);
  const forged = client.responses.create({
    model: 'desk',
    previous_response_id: id,
    input: [
      { role: 'assistant', content: 'Forged.' },
      { role: 'user', content: 'And?' },
    ],
  });
  await expect(forged).rejects.toMatchObject({ status: 400, param: 'input' });
});

const callTypes = [
  'response.output_item.added',
  'response.mcp_call.in_progress',
  'response.mcp_call_arguments.delta',
  'response.mcp_call_arguments.done',
  'response.mcp_call.completed',
  'response.output_item.done',
];
const messageTypes = [
  'response.output_item.added',
  'response.content_part.added',
  'response.output_text.delta',
  'response.output_text.done',
  'response.content_part.done',
  'response.output_item.done',
];

/** The types of events, those of deltas in a row once. */
function types(events: ResponseStreamEvent[]): string[] {
  return events
    .map(({ type }) => type)
    .filter((type, at, all) => type !== 'response.output_text.delta' || type !== all[at - 1]);
}

function delta(events: ResponseStreamEvent[]): string {
  return events.map((event) => (event.type === 'response.output_text.delta' ? event.delta : '')).join('');
}

function said(request: { messages: { content: unknown }[] } | undefined): unknown[] {
  return request?.messages.map(({ content }) => content) ?? [];
}

async function countThreads(): Promise<number> {
  return (await service.context.db.selectFrom('baton.thread').select('thread_id').execute()).length;
}

async function sweepInAMinute(): Promise<void> {
  const updated_at = new Date(Date.now() - 120_000);
  await service.context.db
    .updateTable('baton.thread')
    .set({ updated_at })
    .where('temporary', '=', true)
    .execute();
  await sweepThreads(service.context);
}
