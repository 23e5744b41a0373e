import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { addEvent, type NewDomainEvent } from '../../src/knowledge/events/add-event.ts';
import { inTenant } from '../../src/tenancy.ts';
import { bearer, giveKey } from '../support/give-key.ts';
import { makeTenant, send, withAuth } from '../support/people.ts';
import { startService, type TestService } from '../support/start-service.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
let service: TestService;
let tenant: string;
let viewer: string;
let tenants = 0;

beforeAll(async () => {
  const settings = { ...withAuth, BATON_WEBHOOK_SECRET: secret, BATON_WEBHOOK_ALLOW: '127.0.0.1' };
  service = await startService({ settings });
});
afterAll(() => service.stop());
beforeEach(async () => {
  tenant = `acme-${++tenants}`;
  await makeTenant(service.context, tenant);
  viewer = await giveKey(service.context, tenant, { role: 'viewer', scopes: ['knowledge:read'] });
});

const add = (event: NewDomainEvent) => inTenant(tenant, () => addEvent(service.context.db, event));

async function read(query = '') {
  const headers = bearer(viewer);
  return send<{ events: { id: number; type: string }[]; next: number }>(
    service,
    'GET',
    `/api/v1/events${query}`,
    {
      headers,
    },
  );
}

test('the feed is read by the page, and `next` goes on behind all that was looked at', async () => {
  expect((await read()).body).toEqual({ events: [], next: 0 });
  for (const type of ['document-added', 'document-ready', 'collection-deleted'] as const)
    await add({ type, ...(type !== 'collection-deleted' && { collection: 'docs' }), data: { key: 'a.md' } });
  const { body } = await read('?limit=2');
  expect(body).toMatchObject({
    events: [
      { id: 1, type: 'document-added', collection: 'docs', document_id: null, data: { key: 'a.md' } },
      { id: 2, type: 'document-ready', created_at: expect.stringMatching(/Z$/) },
    ],
    next: 2,
  });
  expect((await read(`?after=${body.next}`)).body).toMatchObject({ events: [{ id: 3 }], next: 3 });
  expect((await read('?type=document-added')).body).toMatchObject({ events: [{ id: 1 }], next: 3 });
  expect((await read('?collection=docs&after=1')).body).toMatchObject({ events: [{ id: 2 }], next: 3 });
});

test.each(['?after=-1', '?after=x', '?limit=0', '?type=nothing', '?page=2'])(
  '%s is refused',
  async (query) => {
    const { status, headers } = await read(query);
    expect(status).toBe(400);
    expect(headers.get('content-type')).toBe('application/problem+json');
  },
);

test('events of tickets are for who may read the tickets of all graphs', async () => {
  await add({ type: 'document-added', collection: 'docs' });
  await add({ type: 'ticket-opened', data: { ticket_id: 't' } });
  const typesFor = async (key: string) => {
    const { body } = await send<{ events: { type: string }[]; next: number }>(
      service,
      'GET',
      '/api/v1/events',
      {
        headers: bearer(key),
      },
    );
    expect(body.next).toBe(2);
    return body.events.map(({ type }) => type);
  };
  const give = (more: Parameters<typeof giveKey>[2]) => giveKey(service.context, tenant, more);
  expect(await typesFor(viewer)).toEqual(['document-added']);
  expect(await typesFor(await give({ role: 'member', scopes: ['knowledge:read'] }))).toEqual([
    'document-added',
  ]);
  expect(await typesFor(await give({ role: 'admin', graphs: ['desk'] }))).toEqual(['document-added']);
  const both = ['document-added', 'ticket-opened'];
  expect(await typesFor(await give({ role: 'member', scopes: ['knowledge:read', 'tickets:read'] }))).toEqual(
    both,
  );
});

test('a key without the scope reads nothing', async () => {
  const other = await giveKey(service.context, tenant, { role: 'admin', scopes: ['runs:read'] });
  expect((await send(service, 'GET', '/api/v1/events', { headers: bearer(other) })).status).toBe(403);
});

test('a stream begins now, goes on with what comes, and again behind the last that was heard', async () => {
  await add({ type: 'collection-created', collection: 'docs' });
  await read();
  const first = await openStream();
  expect(await first.next()).toBe(': open');
  await add({ type: 'document-added', collection: 'docs' });
  expect(await first.next()).toMatch(/^id: 2\nevent: document-added\ndata: {"id":2,"type":"document-added"/);
  first.leave();
  await add({ type: 'document-ready', collection: 'docs' });
  const again = await openStream('?collection=docs', { 'Last-Event-ID': '1' });
  expect(await again.next()).toBe(': open');
  expect(await again.next()).toMatch(/^id: 2\n/);
  expect(await again.next()).toMatch(/^id: 3\nevent: document-ready\n/);
  again.leave();
});

test('an id that is none is refused before the stream begins', async () => {
  const headers = { ...bearer(viewer), Accept: 'text/event-stream', 'Last-Event-ID': 'soon' };
  expect((await send(service, 'GET', '/api/v1/events', { headers })).status).toBe(400);
});

test('an event is told to its collection’s webhook at once, signed, once', async () => {
  const told: { body: string; headers: Record<string, string> }[] = [];
  const server = createServer(async (request, answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    told.push({ body: Buffer.concat(chunks).toString(), headers: request.headers as Record<string, string> }); // one value each
    answer.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const webhook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`; // a server that listens on TCP
  await inTenant(tenant, () =>
    service.context.db
      .insertInto('baton.collection')
      .values({ collection: 'docs', chunk_tokens: 256, overlap_tokens: 0, webhook, space_no: null })
      .execute(),
  );
  await add({ type: 'document-ready', collection: 'docs', data: { key: 'a.md' } });
  await add({ type: 'document-ready', collection: 'other' });
  await add({ type: 'document-deleted', collection: 'docs', data: { key: 'a.md' } });
  await vi.waitFor(() => expect(told.length).toBeGreaterThanOrEqual(2), { timeout: 10_000 });
  const bodies = told.map(({ body, headers }) => new Webhook(secret).verify(body, headers) as { id: number });
  expect(bodies.sort((a, b) => a.id - b.id)).toMatchObject([
    { id: 1, type: 'document-ready', tenant, collection: 'docs', data: { key: 'a.md' } },
    { id: 3, type: 'document-deleted' },
  ]);
});

/** A stream's frames, one a call. */
async function openStream(query = '', more: Record<string, string> = {}) {
  const controller = new AbortController();
  const response = await fetch(`${service.url}/api/v1/events${query}`, {
    headers: { ...bearer(viewer), Accept: 'text/event-stream', ...more },
    signal: controller.signal,
  });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    leave: () => controller.abort(),
    async next(): Promise<string> {
      for (;;) {
        const frame = /^(: open)\n|^(id: [\s\S]*?)\n\n/.exec(text);
        if (frame) {
          text = text.slice(frame[0].length);
          return frame[1] ?? frame[2] ?? '';
        }
        const { value, done } = (await reader?.read()) ?? { done: true };
        if (done) throw new Error('The stream ended.');
        text = (text + value).replace(/^(: heartbeat)?\n/gm, (line) => (line === '\n' ? line : ''));
      }
    },
  };
}
