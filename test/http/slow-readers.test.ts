import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import type { ServerType } from '@hono/node-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TimedEvent } from '../../src/db/event-rows.ts';
import { appendEvents } from '../../src/db/events.ts';
import { listen, serverLimits } from '../../src/http/listen.ts';
import { openSocketServer } from '../../src/http/socket-server.ts';
import { tenantKey } from '../../src/tenancy.ts';
import type { TurnEvent } from '../../src/turn-event.ts';
import { startService, type TestService } from '../support/start-service.ts';

const count = 10_000;
const filler = 'x'.repeat(1_500);
const kilobyte = 1024;

let service: TestService;
let server: ServerType;
/** The server's ends of its connections. */
const sockets = new Set<Socket>();

beforeAll(async () => {
  service = await startService();
  const limits = serverLimits(100);
  const at = { host: '127.0.0.1', port: 0, limits, sockets: openSocketServer() };
  server = await listen({ fetch: service.app.fetch, ...at });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
});

afterAll(async () => {
  server.close();
  for (const socket of sockets) socket.destroy();
  await service.stop();
});

/** A run that is under way, and a log of it that the test writes. */
async function beginRun() {
  const { db, turns } = service.context;
  const [threadId, runId] = [randomUUID(), randomUUID()];
  await db
    .insertInto('baton.thread')
    .values({ thread_id: threadId, metadata: '{}', status: 'busy' })
    .execute();
  const nothing = { input: '{}', kwargs: '{"stream_mode":["messages-tuple"]}', metadata: '{}' };
  await db
    .insertInto('baton.run')
    .values({
      run_id: runId,
      thread_id: threadId,
      graph: 'desk',
      status: 'running',
      multitask_strategy: 'enqueue',
      ...nothing,
    })
    .execute();
  async function write(events: TurnEvent[]): Promise<void> {
    const timed = events.map((event): TimedEvent => ({ ...event, at: Date.now() }));
    const last = await appendEvents(db, { threadId, runId }, timed);
    const first = last - events.length + 1;
    turns.logs
      .get(tenantKey(threadId))
      ?.publish(timed.map((event, at) => ({ ...event, threadId, runId, seq: first + at })));
  }
  await write([
    {
      type: 'turn-start',
      graph: 'desk',
      version: 'v',
      attempt: 1,
      agent: 'triage',
      checkpointId: null,
      input: [],
    },
  ]);
  return {
    threadId,
    runId,
    write,
    async end() {
      await db.updateTable('baton.run').set({ status: 'interrupted' }).where('run_id', '=', runId).execute();
      await write([{ type: 'turn-error', error: 'cancelled', message: 'Enough.' }]);
    },
  };
}

/** A client that asks, and reads nothing until it is told to. */
async function openReader(request: string, body = '') {
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const socket = net.connect(port, '127.0.0.1');
  socket.pause();
  await once(socket, 'connect');
  const type = `host: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
  socket.write(`${request} HTTP/1.1\r\n${type}\r\n\r\n${body}`);
  const found: number[] = [];
  let rest = '';
  let endedAt: number | undefined;
  socket.on('data', (chunk) => {
    rest += chunk.toString();
    let taken = 0;
    for (const match of rest.matchAll(/#(\d+)#/g)) {
      found.push(Number(match[1]));
      taken = match.index + match[0].length;
    }
    rest = rest.slice(taken).slice(-20); // a number may come in two pieces
    if (/\r\n0\r\n\r\n$/.test(rest)) endedAt ??= performance.now();
  });
  return { found, read: () => socket.resume(), endedAt: () => endedAt, leave: () => socket.destroy() };
}

test('readers that do not read cost little memory while 10,000 events flow, and get all of them when they read on', {
  timeout: 240_000,
}, async () => {
  const run = await beginRun();
  const path = `/threads/${run.threadId}`;
  const filter = JSON.stringify({ channels: ['messages'] });
  const ofRun = await openReader(`GET ${path}/runs/${run.runId}/stream?stream_mode=messages-tuple`);
  const ofThread = await openReader(`GET ${path}/stream?stream_mode=messages-tuple&after=-`);
  const ofProtocol = await openReader(`POST ${path}/stream/events`, filter);
  const readers = [ofRun, ofThread, ofProtocol];
  await expect.poll(() => sockets.size).toBe(readers.length);

  const about = { type: 'text-delta', agent: 'triage', messageId: 'm', step: 1 } as const;
  for (let from = 0; from < count; from += 500) {
    const numbers = Array.from({ length: 500 }, (_, at) => from + at);
    await run.write(numbers.map((number) => ({ ...about, text: `#${number}#${filler}` })));
    for (const socket of sockets) expect(socket.writableLength).toBeLessThan(256 * kilobyte);
  }
  for (const { found } of readers) expect(found).toEqual([]);

  await run.end();
  for (const { read } of readers) read();
  const all = Array.from({ length: count }, (_, number) => number);
  for (const { found } of readers) {
    await expect.poll(() => found.length, { timeout: 60_000 }).toBe(count);
    expect(found).toEqual(all);
  }
  await expect.poll(ofRun.endedAt).toBeDefined();
  for (const { leave } of readers) leave();
});

test('a stream ends with its run, before anybody looks whether it has', async () => {
  const took: number[] = [];
  for (let time = 0; time < 3; time++) took.push(await timeToEnd());
  expect(Math.min(...took)).toBeLessThan(1_500); // every 2 s, at the most often, somebody looks
});

/** The time between the end of a run and that of its stream, in milliseconds. */
async function timeToEnd(): Promise<number> {
  const run = await beginRun();
  const reader = await openReader(`GET /threads/${run.threadId}/runs/${run.runId}/stream`);
  reader.read();
  await expect.poll(() => service.context.turns.logs.get(tenantKey(run.threadId))).toBeDefined();
  const text = { type: 'text-delta', agent: 'triage', messageId: 'm', step: 1, text: '#1#' } as const;
  await run.write([text]);
  await expect.poll(() => reader.found.length).toBeGreaterThan(0);
  await run.end();
  const ended = performance.now();
  await expect.poll(reader.endedAt, { interval: 10 }).toBeDefined();
  reader.leave();
  return (reader.endedAt() ?? 0) - ended;
}
