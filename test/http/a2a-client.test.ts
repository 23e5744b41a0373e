import { randomUUID } from 'node:crypto';
import { TaskState } from '@a2a-js/sdk';
import { type Client, ClientFactory } from '@a2a-js/sdk/client';
import { LegacyJsonRpcTransport } from '@a2a-js/sdk/compat/v0_3/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ModelError } from '../../src/model/chat-model.ts';
import {
  type Asked,
  artifactsOf,
  ask,
  asTask,
  changesOf,
  contentOf,
  contentsOf,
  push,
  statesOf,
  taskIdOf,
  textsOf,
  wordOf,
} from '../support/a2a.ts';
import { collect } from '../support/logged-events.ts';
import { call, say, transfer } from '../support/scripted-model.ts';
import { startService, type TestService } from '../support/start-service.ts';

/** What tests ask of a client of either version of the protocol. */
type Asker = Pick<Client, 'sendMessage' | 'sendMessageStream' | 'getTask' | 'cancelTask' | 'resubscribeTask'>;

let service: TestService;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

async function newClient(assistant: string): Promise<Asker> {
  return new ClientFactory().createFromUrl(service.url, `/a2a/${assistant}/.well-known/agent-card.json`);
}
async function oldClient(assistant: string): Promise<Asker> {
  return new LegacyJsonRpcTransport({ endpoint: `${service.url}/a2a/${assistant}` }) as Asker; // of the same shape
}

const question = 'Where is my order 7?';

describe.each([
  ['1.0', newClient],
  ['0.3', oldClient],
])('version %s of the protocol', (version, connect) => {
  test('a message is answered by a task: the answer, who spoke and what it rests on', async () => {
    service.script(
      transfer('clerk', { question: 'Where is 7?' }),
      call('look_up', { order: 7 }),
      say('Order 7 is on its way to you.'),
    );
    const client = await connect('desk');
    const task = asTask(await client.sendMessage(ask({ text: question })));
    expect(task).toMatchObject({
      id: expect.any(String),
      contextId: expect.any(String),
      status: { state: TaskState.TASK_STATE_COMPLETED },
      history: [{ parts: [{ content: { $case: 'text', value: question } }] }],
    });
    expect(task.artifacts).toHaveLength(1);
    expect(task.artifacts[0]).toMatchObject({ name: 'answer', metadata: { agent: 'clerk' } });
    expect(contentsOf(task)).toMatchObject([
      'Order 7 is on its way to you.',
      { path: ['triage', 'clerk'], evidence: [{ agent: 'clerk', tool: 'look_up', args: { order: 7 } }] },
    ]);
    expect(await client.getTask({ tenant: '', id: task.id })).toEqual(task);
    const short = await client.getTask({ tenant: '', id: task.id, historyLength: 0 });
    expect(short.history).toEqual([]);
  });

  test('a context goes on', async () => {
    const model = service.script(say('One.'), say('Two.'));
    const client = await connect('desk');
    const contextId = randomUUID();
    await client.sendMessage(ask({ text: question, contextId }));
    const second = asTask(await client.sendMessage(ask({ text: 'And?', contextId })));
    expect(second).toMatchObject({ contextId, artifacts: [{ name: 'answer' }] });
    expect(model.requests[1]?.messages.map(({ content }) => content)).toEqual([question, 'One.', 'And?']);
  });

  test('a stream tells how a task goes and says its answer as it comes', async () => {
    service.script(transfer('clerk', { question: 'Where is 7?' }), say('It is on its way.'));
    const client = await connect('desk');
    const events = await collect(client.sendMessageStream(ask({ text: question })));
    const [first] = events;
    expect(first?.payload).toMatchObject({
      $case: 'task',
      value: { status: { state: TaskState.TASK_STATE_SUBMITTED } },
    });
    expect(statesOf(events)).toEqual([
      ['submitted'],
      ['working'],
      ['working', 'triage is at work'],
      ['working', 'triage hands over to clerk'],
      ['working', 'clerk is at work'],
      ['completed'],
    ]);
    const task = await client.getTask({ tenant: '', id: taskIdOf(events) });
    expect(textsOf(events).join('')).toBe('It is on its way.');
    expect(artifactsOf(events)).toEqual(task.artifacts);
    const changes = changesOf(events);
    expect(changes.map(({ append }) => append)).toEqual(changes.map((_, at) => at > 0));
    expect(changes.map(({ lastChunk }) => lastChunk)).toEqual(
      changes.map((_, at) => at === changes.length - 1),
    );
  });

  test.each<[string, (interrupt: string) => unknown]>([
    ['text', () => 'accept'],
    ['data', () => ({ resume: 'accept' })],
    ['data by id', (interrupt) => ({ resume: [{ id: interrupt, value: 'accept' }] })],
  ])('a task that waits is answered with %s and goes on as itself', async (_, answer) => {
    service.script(call('look_up', { order: 7 }), say('It is on its way.'));
    const client = await connect('till');
    const waiting = asTask(await client.sendMessage(ask({ text: question })));
    expect(waiting.status?.state).toBe(TaskState.TASK_STATE_INPUT_REQUIRED);
    const [text, data] = (waiting.status?.message?.parts ?? []).map(contentOf);
    expect(text).toContain('waits for a person');
    expect(data).toMatchObject({
      interrupts: [{ value: { type: 'approval', calls: [{ name: 'look_up' }] } }],
    });
    const { interrupts } = data as { interrupts: { id: string }[] };
    const { id: taskId, contextId } = waiting;
    const asked = answer(interrupts[0]?.id ?? '');
    const part = typeof asked === 'string' ? { text: asked } : { data: asked };
    const done = asTask(await client.sendMessage(ask({ ...part, taskId, contextId })));
    expect(done).toMatchObject({ id: taskId, contextId, status: { state: TaskState.TASK_STATE_COMPLETED } });
    expect(done.history).toHaveLength(2);
    expect(contentsOf(done)[0]).toBe('It is on its way.');
    expect(await client.getTask({ tenant: '', id: taskId })).toEqual(done);
  });

  test('a task that nobody answers is over when its conversation goes on', async () => {
    service.script(call('look_up', { order: 7 }), say('Never mind.'));
    const client = await connect('till');
    const waiting = asTask(await client.sendMessage(ask({ text: question })));
    const next = asTask(await client.sendMessage(ask({ text: 'Forget it.', contextId: waiting.contextId })));
    expect(next.id).not.toBe(waiting.id);
    const left = await client.getTask({ tenant: '', id: waiting.id });
    expect(left.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
    const { id: taskId, contextId } = waiting;
    await expect(client.sendMessage(ask({ text: 'accept', taskId, contextId }))).rejects.toThrow(/not wait/);
  });

  test('a task that fails says why, and no more', async () => {
    service.script(() => {
      throw new ModelError('unavailable', 'The model gave no reply.');
    });
    const client = await connect('desk');
    const task = asTask(await client.sendMessage(ask({ text: question })));
    expect(task.status).toMatchObject({
      state: TaskState.TASK_STATE_FAILED,
      message: { parts: [{ content: { value: 'The model gave no reply.' } }] },
    });
  });

  test('a task is watched by whoever comes later, and cancelled', async () => {
    const { reached, release } = hold();
    const client = await connect('desk');
    const config = { returnImmediately: true };
    const task = asTask(await client.sendMessage(ask({ text: question, config })));
    expect(['submitted', 'working']).toContain(wordOf(task.status?.state));
    await reached;
    const watched = client.resubscribeTask({ tenant: '', id: task.id });
    const first = await watched.next();
    expect(first.value?.payload).toMatchObject({ $case: 'task', value: { id: task.id } });
    const cancelled = await client.cancelTask({ tenant: '', id: task.id, metadata: undefined });
    expect(cancelled.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
    const rest = await collect(watched);
    expect(statesOf(rest).at(-1)).toEqual(['canceled', 'The turn was cancelled.']);
    release();
    const again = await client.cancelTask({ tenant: '', id: task.id, metadata: undefined });
    expect(again.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
  });

  test('a message that is sent again is the same task', async () => {
    service.script(say('One.'), say('Two.'));
    const client = await connect('desk');
    const message = ask({ text: question });
    const [one, two] = [await client.sendMessage(message), await client.sendMessage(message)].map(asTask);
    expect(two).toEqual(one);
    const streamed = await collect(client.sendMessageStream(message));
    expect(taskIdOf(streamed)).toBe(one?.id);
    expect(artifactsOf(streamed)).toEqual(one?.artifacts);
    const other = asTask(await client.sendMessage(ask({ text: question })));
    expect(other.id).not.toBe(one?.id);
  });

  test.each<[string, Asked, string]>([
    ['a file', { url: 'https://example.com/a.png' }, 'ContentTypeNotSupportedError'],
    [
      'other outputs alone',
      { text: 'Hi', config: { acceptedOutputModes: ['audio/wav'] } },
      'ContentTypeNotSupportedError',
    ],
    [
      'push notifications',
      { text: 'Hi', config: { taskPushNotificationConfig: push() } },
      'PushNotificationNotSupportedError',
    ],
    ['nothing', { text: ' ' }, 'RequestMalformedError'],
    ['a context that is no thread', { text: 'Hi', contextId: 'mine' }, 'RequestMalformedError'],
    ['a task that is not there', { text: 'Hi', taskId: randomUUID() }, 'TaskNotFoundError'],
    ['an answer that nobody waits for', { data: { resume: 'accept' } }, 'UnsupportedOperationError'],
  ])('%s is refused', async (_, asked, name) => {
    const client = await connect('desk');
    await expect(client.sendMessage(ask(asked))).rejects.toMatchObject({ name });
    await expect(collect(client.sendMessageStream(ask(asked)))).rejects.toMatchObject({ name });
  });

  test('a task is its assistant’s, and one that has ended is not cancelled or gone on with', async () => {
    service.script(say('One.'));
    const [client, other] = [await connect('desk'), await connect('till')];
    const { id, contextId } = asTask(await client.sendMessage(ask({ text: question })));
    const params = { tenant: '', id, metadata: undefined };
    await expect(other.getTask(params)).rejects.toMatchObject({ name: 'TaskNotFoundError' });
    await expect(client.getTask({ ...params, id: 'x' })).rejects.toMatchObject({ name: 'TaskNotFoundError' });
    await expect(client.cancelTask(params)).rejects.toMatchObject({ name: 'TaskNotCancelableError' });
    await expect(client.sendMessage(ask({ text: 'And?', taskId: id, contextId }))).rejects.toMatchObject({
      name: 'UnsupportedOperationError',
    });
    const watched = collect(client.resubscribeTask(params));
    if (version === '0.3') expect(artifactsOf(await watched)).toHaveLength(1);
    else await expect(watched).rejects.toMatchObject({ name: 'UnsupportedOperationError' });
  });
});

test('the tasks of a context are listed, newest first, in pages', async () => {
  service.script(call('look_up', { order: 7 }), say('Never mind.'), say('Two.'));
  const client = await new ClientFactory().createFromUrl(
    service.url,
    '/a2a/till/.well-known/agent-card.json',
  );
  const contextId = randomUUID();
  const tasks = [];
  for (const text of ['One?', 'Two?', 'Three?'])
    tasks.unshift(asTask(await client.sendMessage(ask({ text, contextId }))).id);
  const list = (more: object) =>
    client.listTasks({
      tenant: '',
      contextId,
      status: 0,
      pageToken: '',
      statusTimestampAfter: undefined,
      ...more,
    });
  const all = await list({});
  expect(all).toMatchObject({ totalSize: 3, pageSize: 50, nextPageToken: '' });
  expect(all.tasks.map(({ id, artifacts }) => [id, artifacts])).toEqual(tasks.map((id) => [id, []]));
  const first = await list({ pageSize: 2, includeArtifacts: true, historyLength: 0 });
  expect(first.tasks.map(({ id }) => id)).toEqual(tasks.slice(0, 2));
  expect(first.tasks[0]).toMatchObject({ history: [], artifacts: [{ name: 'answer' }] });
  const second = await list({ pageSize: 2, pageToken: first.nextPageToken });
  expect([second.tasks.map(({ id }) => id), second.nextPageToken]).toEqual([tasks.slice(2), '']);
  const cancelled = await list({ status: TaskState.TASK_STATE_CANCELED });
  expect(cancelled.tasks.map(({ id }) => id)).toEqual(tasks.slice(2));
  await expect(list({ contextId: '' })).rejects.toMatchObject({ name: 'RequestMalformedError' });
  await expect(list({ pageSize: 1_000 })).rejects.toMatchObject({ name: 'RequestMalformedError' });
});

/** A model that says nothing until it is let; and when it is asked. */
function hold() {
  const reached = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  service.script(async ({ signal }) => {
    signal.addEventListener('abort', () => gate.resolve());
    reached.resolve();
    await gate.promise;
    return say('Too late.');
  });
  return { reached: reached.promise, release: gate.resolve };
}
