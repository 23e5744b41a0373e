import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import { expect, inject, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { openPostgres } from '../../src/db/open-database.ts';
import type { Schema } from '../../src/db/schema.ts';
import { limitsFor } from '../../src/db/session-limits.ts';
import { listen, serverLimits } from '../../src/http/listen.ts';
import { openSocketServer } from '../../src/http/socket-server.ts';
import { openProxy } from '../bus/tcp-proxy.ts';
import { reply, say } from '../support/scripted-model.ts';
import { startService, type TestService } from '../support/start-service.ts';
import { makeTestDatabase } from '../support/test-database.ts';

const onServer = test.skipIf(inject('template').kind === 'pglite');

async function start(settings: Record<string, string> = {}): Promise<TestService> {
  const service = await startService({ settings });
  onTestFinished(() => service.stop());
  return service;
}

function post(url: string, body: object, signal?: AbortSignal): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body), ...(signal && { signal }) });
}

/** Takes every connection there is, and gives them back when told to. */
async function holdAll(db: Kysely<Schema>, connections: number): Promise<() => void> {
  const free = Promise.withResolvers<void>();
  const holders = Array.from({ length: connections }, async () => {
    const held = Promise.withResolvers<void>();
    const holding = db.transaction().execute(async (trx) => {
      await sql`select 1`.execute(trx);
      held.resolve();
      await free.promise;
    });
    await Promise.race([held.promise, holding]);
  });
  await Promise.all(holders);
  return free.resolve;
}

onServer(
  'while every connection is taken, requests are told to come again, and then all is well',
  async () => {
    const { url, context } = await start();
    const release = await holdAll(context.db, 5);
    const refused = await post(`${url}/threads`, {});
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('content-type')).toContain('application/json');
    expect((await fetch(`${url}/health`)).status).toBe(200);
    const ready = await fetch(`${url}/ready`);
    expect(ready.status).toBe(503);
    const { checks } = (await ready.json()) as { checks: object };
    expect(checks).toMatchObject({
      database: { ok: true },
      connections: { ok: false, total: 5, idle: 0 },
      accepting: { ok: true },
    });
    release();
    await expect.poll(async () => (await post(`${url}/threads`, {})).status).toBe(200);
    await expect.poll(async () => (await fetch(`${url}/ready`)).status).toBe(200);
  },
);

onServer(
  'when the server ends every connection, requests fail fast or not at all, and then all is well',
  async () => {
    const { url, context } = await start();
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`.execute(context.db);
    const statuses = await Promise.all(
      [1, 2, 3, 4].map(async () => (await post(`${url}/threads`, {})).status),
    );
    for (const status of statuses) expect([200, 503]).toContain(status);
    await expect.poll(async () => (await post(`${url}/threads`, {})).status).toBe(200);
    await expect.poll(async () => (await fetch(`${url}/ready`)).status, { timeout: 10_000 }).toBe(200);
  },
);

onServer(
  'a server that says nothing any more is answered for, and when it is back turns run again',
  async () => {
    const made = await makeTestDatabase();
    const url = new URL(made.env.DATABASE_URL ?? '');
    const proxy = await openProxy({ host: url.hostname, port: Number(url.port) });
    url.host = `127.0.0.1:${proxy.port}`;
    const database = openPostgres(url.href, { limits: { ...limitsFor(1_000), silence: 1_500 } });
    const service = await startService({ made: { ...made, database } });
    onTestFinished(async () => {
      await service.stop();
      await proxy.close();
      await made.drop();
    });
    const wait = async () => (await post(`${service.url}/runs/wait`, hello)).status;
    service.script(say('One.'), say('Two.'), say('Three.'));
    expect(await wait()).toBe(200);
    proxy.freeze();
    const statuses = await Promise.all(
      [1, 2, 3].map(async () => (await post(`${service.url}/threads`, {})).status),
    );
    expect(statuses).toEqual([503, 503, 503]);
    expect((await fetch(`${service.url}/ready`)).status).toBe(503);
    proxy.mend();
    await expect.poll(wait, { timeout: 10_000 }).toBe(200);
  },
);

const hello = { assistant_id: 'desk', input: { messages: [{ role: 'user', content: 'Hello' }] } };

/** Sends turns one after another, whether or not the last one was answered. */
async function send(service: TestService, many: number, everyMs: number) {
  const answers: Promise<{ status: number; after: number }>[] = [];
  for (let sent = 0; sent < many; sent++) {
    const answer = post(`${service.url}/runs`, hello);
    answers.push(
      answer.then(({ status, headers }) => ({ status, after: Number(headers.get('retry-after')) })),
    );
    if (everyMs > 0) await pause(everyMs);
  }
  const answered = await Promise.all(answers);
  const accepted = answered.filter(({ status }) => status === 200).length;
  const refused = answered.filter(({ status, after }) => status === 429 && after > 0).length;
  expect(accepted + refused).toBe(many);
  return { accepted, refused };
}

test('of turns that come all at once, no more are accepted than may wait and run', async () => {
  const service = await start({ BATON_RUN_CONCURRENCY: '2', BATON_MAX_WAITING: '4' });
  const goOn = Promise.withResolvers<void>();
  const work = () => goOn.promise.then(() => reply({ text: 'Done.' }));
  service.script(...Array.from({ length: 60 }, () => work));
  const { accepted } = await send(service, 60, 0);
  expect(accepted).toBeGreaterThan(0);
  expect(accepted).toBeLessThan(12); // what waits is counted again each second, which may miss the newest
  goOn.resolve();
  await expect.poll(() => endedIn(service), { timeout: 15_000 }).toBe(accepted);
});

test('of three times as many turns as can be done, those that are accepted end, and then more are accepted', async () => {
  const service = await start({ BATON_RUN_CONCURRENCY: '2', BATON_MAX_WAITING: '4' });
  const work = () => pause(100).then(() => reply({ text: 'Done.' })); // two at once are 20 turns a second
  service.script(...Array.from({ length: 60 }, () => work));
  const { accepted, refused } = await send(service, 50, 16);
  expect(refused).toBeGreaterThan(0);
  await expect.poll(() => endedIn(service), { timeout: 15_000 }).toBe(accepted);
  await expect.poll(async () => (await post(`${service.url}/runs`, hello)).status).toBe(200);
});

async function endedIn({ context }: TestService): Promise<number> {
  const { values } = await context.metrics.runsEnded.get();
  return values.find(({ labels }) => labels.status === 'success')?.value ?? 0;
}

test('no more streams and sockets are opened than the process takes; everything else goes on', async () => {
  const { url } = await start({ BATON_MAX_STREAMS: '2' });
  const { thread_id } = (await (await post(`${url}/threads`, {})).json()) as { thread_id: string };
  const events = `${url}/threads/${thread_id}/stream/events`;
  const left = new AbortController();
  const first = await post(events, { channels: ['values'] }, left.signal);
  expect(first.status).toBe(200);
  const socket = new WebSocket(events.replace('http', 'ws'));
  await once(socket, 'open');

  const refused = await post(events, { channels: ['values'] });
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('5');
  expect((await post(`${url}/threads/${thread_id}/runs/wait`, hello)).status).toBe(503);
  expect(await (await fetch(`${url}/threads/${thread_id}/runs`)).json()).toEqual([]);
  expect((await fetch(`${url}/ready`)).status).toBe(200);

  left.abort();
  await expect
    .poll(async () => {
      const again = new AbortController();
      const { status } = await post(events, { channels: ['values'] }, again.signal);
      again.abort();
      return status;
    })
    .toBe(200);
  socket.terminate();
});

test('who sends a request too slowly is cut off, and a head that is too long is refused', async () => {
  const limits = { ...serverLimits(10), headersMs: 200, requestMs: 400, everyMs: 50 };
  const fetch = async (request: Request) => new Response(await request.text());
  const server = await listen({ fetch, sockets: openSocketServer(), host: '127.0.0.1', port: 0, limits });
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo; // it listens on TCP
  async function send(text: string): Promise<string> {
    const socket = net.connect(port, '127.0.0.1');
    socket.write(text);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', () => undefined); // it is cut off
    await once(socket, 'close');
    return answer.split('\r\n')[0] ?? '';
  }
  expect(await send('GET / HTTP/1.1\r\nhost: x\r\nslow:')).toBe('HTTP/1.1 408 Request Timeout');
  expect(await send('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nslow')).toMatch(/408|^$/);
  const long = `GET / HTTP/1.1\r\nhost: x\r\nlong: ${'x'.repeat(20_000)}\r\n\r\n`;
  expect(await send(long)).toBe('HTTP/1.1 431 Request Header Fields Too Large');
});
