import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLog } from '../../src/log.ts';
import { openQueue, type Queue, type QueueOptions } from '../../src/queue/open-queue.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

let made: TestDatabase;
let queue: Queue;

const open = (more: Partial<QueueOptions> = {}) =>
  openQueue(made.database, { log: openLog('silent', false), supervises: false, ...more });

beforeAll(async () => {
  made = await makeTestDatabase();
  queue = await open();
});
afterAll(async () => {
  await queue?.close();
  await made?.drop();
});

const db = () => made.database.db;

/** Adds a run as part of a statement, claimed where `begins` says so and there is room. */
async function place(threadId: string, begins: boolean, by = queue): Promise<string> {
  const runId = uuidv7();
  const row = { accepted: sql`accepted`, begins: sql<boolean>`accepted.begins` };
  await sql`with accepted as materialized (select ${by.mayBegin(begins)} as begins)
    ${by.placeRun({ runId, threadId }, row)}`.execute(db());
  return runId;
}

async function add(threadId: string): Promise<string> {
  const runId = uuidv7();
  await queue.addRun(db(), { runId, threadId });
  return runId;
}

/** Every column of a job, times as how long after the job was made they are. */
async function jobOf(runId: string): Promise<Record<string, unknown>> {
  const { rows } = await sql<Record<string, unknown>>`
    select j.*, tableoid::regclass::text as "table", start_after - created_on as start_after, keep_until - created_on as keep_until,
      'for ever'::text as created_on, started_on - heartbeat_on as started_on, heartbeat_on is null as heartbeat_on
    from baton_queue.job j where id = ${runId}`.execute(db());
  const { id: _, ...columns } = rows[0] ?? {};
  return columns;
}

test('a run is placed as pg-boss places it, column by column', async () => {
  const threadId = randomUUID();
  const [sent, placed] = [await add(threadId), await place(threadId, false)];
  const columns = await jobOf(placed);
  expect(columns).toEqual(await jobOf(sent));
  expect(Object.keys(columns).length).toBeGreaterThan(30);
});

test('a run that is claimed as it is placed is as pg-boss leaves one that it gave out', async () => {
  const threadId = randomUUID();
  const placed = await place(threadId, true);
  const columns = await jobOf(placed);
  expect(await queue.endClaim(db(), queue.claimOf({ runId: placed, threadId }))).toBe(true);
  const sent = await add(threadId);
  const [claim] = (await queue.claimRuns(50)).filter(({ id }) => id === sent);
  expect(claim).toEqual(queue.claimOf({ runId: sent, threadId }));
  expect(columns).toEqual(await jobOf(sent));
});

test('its claim is kept up, handed back and claimed again like any other', async () => {
  const threadId = randomUUID();
  const runId = await place(threadId, true);
  const claim = queue.claimOf({ runId, threadId });
  expect(await queue.keepClaims([claim])).toEqual(new Set([runId]));
  const second = await place(threadId, false);
  expect((await queue.claimRuns(50)).map(({ id }) => id)).not.toContain(second);
  expect(await queue.handBack(db(), claim)).toBe(true);
  const claims = await queue.claimRuns(50);
  expect(claims.map(({ id }) => id)).toContain(runId);
  expect(claims.map(({ id }) => id)).not.toContain(second);
  expect(await queue.endClaim(db(), claim)).toBe(false);
});

test('a thread has one run under way, whoever would claim another as it is placed', async () => {
  const threadId = randomUUID();
  await place(threadId, true);
  await expect(place(threadId, true)).rejects.toMatchObject({ code: '23505' });
});

test('a tenant that has as many runs under way as it may have begins no other', async () => {
  const strict = await open({ runsPerTenant: 1 });
  const { rows } = await sql`delete from baton_queue.job where state = 'active' returning id`.execute(db());
  expect(rows.length).toBeGreaterThan(0);
  const [first, second] = [await place(randomUUID(), true, strict), await place(randomUUID(), true, strict)];
  expect([(await jobOf(first)).state, (await jobOf(second)).state]).toEqual(['active', 'created']);
  await strict.close();
});
