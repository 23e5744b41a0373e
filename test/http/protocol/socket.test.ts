import { once } from 'node:events';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { say } from '../../support/scripted-model.ts';
import { startService, type TestService } from '../../support/start-service.ts';
import { clientOf, type Frame, gather, input, isTerminal, scriptHandoff, type Wire } from './support.ts';

let service: TestService;

beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const quick = { timeout: 15_000, interval: 10 };

/** A socket of our own, and what came over it. */
async function open(threadId: string, url = service.url) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/threads/${threadId}/stream/events`);
  const frames: (Frame | Wire)[] = [];
  socket.on('message', (data) => frames.push(JSON.parse(String(data))));
  const closed = once(socket, 'close').then(([code, reason]) => [code, String(reason)]);
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  let id = 0;
  const send = (method: string, params: object = {}) => {
    id += 1;
    socket.send(JSON.stringify({ id, method, params }));
  };
  return { socket, frames, closed, send };
}

async function ran(): Promise<string> {
  scriptHandoff(service);
  const thread = clientOf(service.url).threads.stream({ assistantId: 'desk' });
  const seen = gather(thread);
  await thread.subscribe('lifecycle');
  await thread.run.start({ input });
  await vi.waitUntil(() => seen.some(isTerminal), quick);
  await thread.close();
  return thread.threadId;
}

const isEvent = (frame: Frame | Wire): frame is Wire => frame.type === 'event';

test('a subscription’s success stands before its events, and who joins later gets what was before', async () => {
  const threadId = await ran();
  const { frames, send } = await open(threadId);
  send('subscription.subscribe', { channels: ['lifecycle'] });
  send('subscription.subscribe', { channels: ['values'] });
  await vi.waitUntil(() => frames.filter(isEvent).length >= 9, quick);
  send('subscription.subscribe', { channels: ['lifecycle', 'tools'] });
  await vi.waitUntil(() => frames.filter(isEvent).length >= 14, quick);
  const order = frames.map((frame) => (isEvent(frame) ? frame.method : `${frame.type} ${frame.id}`));
  expect(order.indexOf('success 1')).toBeLessThan(order.indexOf('lifecycle'));
  expect(order.indexOf('success 2')).toBeLessThan(order.indexOf('values'));
  expect(order.slice(order.indexOf('success 3'))).toEqual([
    'success 3',
    'lifecycle',
    'tools',
    'tools',
    'tools',
    'lifecycle',
  ]);
  expect(order.slice(0, order.indexOf('success 3')).filter((method) => method === 'lifecycle')).toHaveLength(
    2,
  );
});

test('who has left a subscription hears no more of it', async () => {
  const threadId = await ran();
  const { frames, send } = await open(threadId);
  send('subscription.subscribe', { channels: ['lifecycle'] });
  await vi.waitUntil(() => frames.filter(isEvent).length === 2, quick);
  const subscription_id = (frames[0] as Frame).result?.subscription_id;
  send('subscription.unsubscribe', { subscription_id });
  send('subscription.unsubscribe', { subscription_id });
  send('subscription.subscribe', { channels: ['input'] });
  service.script(say('Again.'));
  send('run.start', { assistant_id: 'desk', input });
  const ends = () => frames.findLast((frame) => (frame as Frame).result?.tree) as Frame | undefined;
  await vi.waitUntil(() => {
    if (!JSON.stringify(ends() ?? '').includes('completed')) send('agent.getTree');
    return (
      frames.some((frame) => (frame as Frame).id === 5) && JSON.stringify(ends() ?? '').includes('completed')
    );
  }, quick);
  const third = frames.find((frame) => (frame as Frame).id === 3);
  expect(third).toMatchObject({ type: 'error', error: 'no_such_subscription' });
  expect(frames.filter(isEvent)).toHaveLength(2);
});

test('frames that are no commands are answered, and the socket stays', async () => {
  const { socket, frames, send } = await open(crypto.randomUUID());
  socket.send('{');
  socket.send(Buffer.from('{"id":1,"method":"state.get"}'));
  socket.send('[]');
  socket.send('{"id":1,"method":"subscription.subscribe","params":{"channels":["gossip"]}}');
  socket.send('{"id":2,"method":"run.start","params":{"__proto__":1}}');
  send('subscription.reconnect', { run_id: 'x' });
  await vi.waitUntil(() => frames.length === 6, quick);
  expect(frames.map((frame) => [(frame as Frame).id, (frame as Frame).error])).toEqual([
    [null, 'invalid_argument'],
    [null, 'invalid_argument'],
    [null, 'invalid_argument'],
    [1, 'invalid_argument'],
    [2, 'invalid_argument'],
    [1, 'not_supported'],
  ]);
});

test('a missing thread is told on the socket, which waits for it', async () => {
  const { frames, send } = await open(crypto.randomUUID());
  send('subscription.subscribe', { channels: ['lifecycle'] });
  send('state.get');
  await vi.waitUntil(() => frames.length === 2, quick);
  expect(frames[1]).toMatchObject({ type: 'error', id: 2, error: 'invalid_argument' });
  service.script(say('Here.'));
  send('run.start', { assistant_id: 'desk', input });
  await vi.waitUntil(() => frames.filter(isEvent).some(isTerminal), quick);
});

test('many commands at once are all answered, in their order', async () => {
  const { frames, send } = await open(await ran());
  for (let count = 0; count < 200; count++) send('state.get', { keys: ['agent'] });
  await vi.waitUntil(() => frames.length === 200, quick);
  expect(frames.map((frame) => (frame as Frame).id)).toEqual(Array.from({ length: 200 }, (_, at) => at + 1));
});

test('a frame that is too large closes the socket, and so does a thread that is no thread', async () => {
  const { socket, closed } = await open(crypto.randomUUID());
  socket.on('error', () => undefined);
  socket.send('x'.repeat(1_100_000));
  expect(await closed).toEqual([1009, '']);
  const other = await open('my-thread');
  expect(await other.closed).toEqual([4422, 'thread_id: expected a UUID']);
});

test('a service that stops says so, and its clients know to come again', async () => {
  const stopping = await startService();
  const { closed, frames, send } = await open(crypto.randomUUID(), stopping.url);
  send('subscription.subscribe', { channels: ['lifecycle'] });
  await vi.waitUntil(() => frames.length === 1, quick);
  const idle = await open(crypto.randomUUID(), stopping.url);
  await stopping.stop();
  expect(await closed).toEqual([4503, 'The service is stopping.']);
  expect(await idle.closed).toEqual([4503, 'The service is stopping.']);
});
