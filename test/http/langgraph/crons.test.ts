import { randomUUID } from 'node:crypto';
import { Client } from '@langchain/langgraph-sdk';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { assistantIdOf } from '../../../src/http/langgraph/assistant.ts';
import { startService, type TestService } from '../../support/start-service.ts';

let service: TestService;
let client: Client;
const input = { messages: [{ role: 'user', content: 'Hello?' }] };
const noon = { schedule: '0 12 * * *', input };

beforeAll(async () => {
  service = await startService();
  client = new Client({ apiUrl: service.url, apiKey: null, callerOptions: { maxRetries: 0 } });
});
afterAll(() => service.stop());

async function send(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${service.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}

test('a cron is made, shown as it was asked for, changed and deleted', async () => {
  const config = { configurable: { voice: 'calm' } };
  const made = await client.crons.create('desk', {
    ...noon,
    timezone: 'Asia/Kolkata',
    metadata: { team: 'a' },
    config,
    webhook: 'https://example.com/told',
    interruptBefore: ['clerk'],
    onRunCompleted: 'keep',
  });
  expect(made).toMatchObject({
    assistant_id: assistantIdOf('desk'),
    thread_id: null,
    schedule: '0 12 * * *',
    timezone: 'Asia/Kolkata',
    end_time: null,
    enabled: true,
    user_id: null,
    metadata: { team: 'a' },
    on_run_completed: 'keep',
    payload: {
      assistant_id: assistantIdOf('desk'),
      input,
      config,
      webhook: 'https://example.com/told',
      interrupt_before: ['clerk'],
    },
  });
  expect(made.next_run_date).toMatch(/T06:30:00.000Z$/);
  expect((await send('GET', `/runs/crons/${made.cron_id}`)).body).toEqual(made);

  const changed = await client.crons.update(made.cron_id, {
    timezone: 'UTC',
    input: { messages: 'Bye.' },
    metadata: { shift: 2 },
  });
  expect(changed).toMatchObject({
    schedule: '0 12 * * *',
    metadata: { team: 'a', shift: 2 },
    payload: { input: { messages: 'Bye.' }, config },
  });
  expect(changed.next_run_date).toMatch(/T12:00:00.000Z$/);

  await client.crons.delete(made.cron_id);
  expect((await send('GET', `/runs/crons/${made.cron_id}`)).status).toBe(404);
  await expect(client.crons.delete(made.cron_id)).rejects.toThrow('404');
  await expect(client.crons.update(made.cron_id, { enabled: false })).rejects.toThrow('404');
});

test('a cron on a thread is the thread’s, and goes with it', async () => {
  const { thread_id } = await client.threads.create();
  const made = await client.crons.createForThread(thread_id, 'desk', noon);
  expect(made).toMatchObject({ thread_id, on_run_completed: null });
  await client.threads.delete(thread_id);
  expect((await send('GET', `/runs/crons/${made.cron_id}`)).status).toBe(404);
  await expect(client.crons.createForThread(thread_id, 'desk', noon)).rejects.toThrow(/404.*No thread/);
});

test('a cron that is disabled or at its end has no next date, until it has one again', async () => {
  const { cron_id } = await client.crons.create('desk', { ...noon, enabled: false });
  const update = async (change: Parameters<typeof client.crons.update>[1]) =>
    (await client.crons.update(cron_id, change)).next_run_date;
  expect(await update({ metadata: { a: 1 } })).toBeNull();
  expect(await update({ enabled: true })).toMatch(/T12:00/);
  expect(await update({ endTime: '2020-01-01T00:00:00Z' })).toBeNull();
  expect(await update({ schedule: '0 13 * * *' })).toBeNull();
  expect(await update({ endTime: null })).toMatch(/T13:00/);
  expect(await update({ enabled: false })).toBeNull();
});

test('the end may be said without an offset, which is UTC', async () => {
  for (const endTime of ['2999-01-01T00:00:00', '2999-01-01', '2999-01-01T01:00:00+01:00']) {
    const made = await client.crons.create('desk', { ...noon, endTime });
    expect(made.end_time).toBe('2999-01-01T00:00:00.000Z');
  }
});

test('what is wrong with a cron is said', async () => {
  const refused = (change: object) => expect(client.crons.create('desk', { ...noon, ...change })).rejects;
  await refused({ schedule: 'every day' }).toThrow(/422.*five fields/);
  await refused({ schedule: '61 * * * *' }).toThrow(/422.*schedule.*0-59/);
  await refused({ schedule: undefined }).toThrow(/422.*schedule/);
  await refused({ timezone: 'Mars/Base' }).toThrow(/422.*timezone.*Mars\/Base is no time zone/);
  await refused({ endTime: 'soon' }).toThrow(/422.*end_time.*ISO 8601/);
  await refused({ endTime: '2020-01-01T00:00:00Z' }).toThrow(/422.*no date before/);
  await refused({ input: { messages: [] } }).toThrow(/422.*input/);
  await refused({ input: undefined }).toThrow(/422.*nothing to go on with/);
  await refused({ multitaskStrategy: 'wait' }).toThrow(/422.*multitask_strategy/);
  await refused({ webhook: 'http://127.0.0.1/' }).toThrow(/422.*webhook/);
  await refused({ interruptBefore: ['nobody'] }).toThrow(/422.*nobody/);
  await refused({ metadata: { text: 'x'.repeat(70_000) } }).toThrow(/422.*65536 bytes/);
  await expect(client.crons.create('dsk', noon)).rejects.toThrow(/404.*Did you mean/);
  const { thread_id } = await client.threads.create();
  await expect(
    client.crons.createForThread(thread_id, 'desk', { ...noon, onRunCompleted: 'delete' }),
  ).rejects.toThrow(/422.*on_run_completed/);
  const { cron_id } = await client.crons.create('desk', noon);
  const patch = async (body: object) => (await send('PATCH', `/runs/crons/${cron_id}`, body)).status;
  expect(await patch({ schedule: '* *' })).toBe(422);
  expect(await patch({ timezone: 'Nowhere' })).toBe(422);
  expect(await patch({ assistant_id: 'till' })).toBe(422);
  expect(await patch({ stream_mode: 'wrong' })).toBe(422);
  expect(await patch({})).toBe(200);
  expect((await send('GET', '/runs/crons/nothing')).status).toBe(422);
});

test('crons are found by assistant, thread, metadata and whether they are enabled, sorted and in pages', async () => {
  const team = randomUUID();
  const metadata = { team };
  const { thread_id } = await client.threads.create();
  const late = await client.crons.create('till', { schedule: '0 0 1 1 *', input, metadata });
  const soon = await client.crons.createForThread(thread_id, 'desk', {
    schedule: '* * * * *',
    input,
    metadata,
  });
  const off = await client.crons.create('desk', { ...noon, metadata, enabled: false });
  const ids = async (query: Parameters<typeof client.crons.search>[0]) =>
    (await client.crons.search({ metadata, ...query })).map(({ cron_id }) => cron_id);

  expect(await ids({})).toEqual([off.cron_id, soon.cron_id, late.cron_id]);
  expect(await ids({ sortBy: 'next_run_date', sortOrder: 'asc' })).toEqual([
    soon.cron_id,
    late.cron_id,
    off.cron_id,
  ]);
  expect(await ids({ sortBy: 'next_run_date', sortOrder: 'desc' })).toEqual([
    late.cron_id,
    soon.cron_id,
    off.cron_id,
  ]);
  expect(await ids({ assistantId: 'till' })).toEqual([late.cron_id]);
  expect(await ids({ threadId: thread_id })).toEqual([soon.cron_id]);
  expect(await ids({ enabled: false })).toEqual([off.cron_id]);
  expect(await ids({ limit: 1, offset: 1 })).toEqual([soon.cron_id]);
  expect(await client.crons.search({ metadata, limit: 1, select: ['cron_id', 'enabled'] })).toEqual([
    { cron_id: off.cron_id, enabled: false },
  ]);
  expect(await client.crons.count({ metadata })).toBe(3);
  expect(await client.crons.count({ metadata, assistantId: assistantIdOf('desk') })).toBe(2);
  expect(await client.crons.count({ metadata, threadId: thread_id })).toBe(1);

  const page = await fetch(`${service.url}/runs/crons/search`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ metadata, limit: 2 }),
  });
  expect(page.headers.get('x-pagination-total')).toBe('3');
  expect(page.headers.get('x-pagination-next')).toBe('2');
});

test('the same request under an idempotency key makes one cron', async () => {
  const make = async () => {
    const answer = await fetch(`${service.url}/runs/crons`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'one-cron' },
      body: JSON.stringify({ assistant_id: 'desk', ...noon }),
    });
    return (await answer.json()) as { cron_id: string };
  };
  expect((await make()).cron_id).toBe((await make()).cron_id);
});

test('the server says that it has crons', async () => {
  expect((await send('GET', '/info')).body).toMatchObject({ flags: { crons: true } });
});
