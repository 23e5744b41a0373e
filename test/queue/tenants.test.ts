import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLog } from '../../src/log.ts';
import { openQueue, type Queue } from '../../src/queue/open-queue.ts';
import { asOwner, currentTenant, inTenant } from '../../src/tenancy.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

let made: TestDatabase;
let queue: Queue;
const db = () => made.database.db;

beforeAll(async () => {
  made = await makeTestDatabase();
  const log = openLog('silent', false);
  queue = await openQueue(made.database, { log, supervises: false, runsPerTenant: 2 });
});

afterAll(async () => {
  await queue.close();
  await made.drop();
});

function add(tenant: string, threadId = randomUUID()): Promise<void> {
  return inTenant(tenant, () => queue.addRun(db(), { runId: uuidv7(), threadId }));
}

test('a tenant’s work sees its own jobs in the queue and no other', async () => {
  await add('acme');
  await add('globex');
  const seen = (tenant: string) =>
    inTenant(tenant, async () => {
      const { rows } = await sql<{ whose: string }>`
        select data ->> 'tenant' as whose from baton_queue.job where name = 'run'`.execute(db());
      return rows.map(({ whose }) => whose);
    });
  expect(await seen('acme')).toEqual(['acme']);
  expect(await seen('globex')).toEqual(['globex']);
  const forged = () =>
    sql`insert into baton_queue.job (name, data) values ('run', '{"tenant":"globex"}')`.execute(db());
  await expect(inTenant('acme', forged)).rejects.toMatchObject({ code: '42501' });
  for (const claim of await queue.claimRuns(10))
    await inTenant(claim.tenant, () => queue.endClaim(db(), claim));
});

test('the same thread id of two tenants is two threads: neither waits for the other', async () => {
  const threadId = randomUUID();
  await add('acme', threadId);
  await add('globex', threadId);
  const claims = await queue.claimRuns(10);
  expect(claims.map(({ tenant }) => tenant).sort()).toEqual(['acme', 'globex']);
  for (const claim of claims)
    expect(await inTenant(claim.tenant, () => queue.endClaim(db(), claim))).toBe(true);
});

test('who has filled the queue leaves room for others: no more than so many runs of a tenant at once', async () => {
  for (let run = 0; run < 6; run++) await add('acme');
  await add('globex');
  const first = await queue.claimRuns(10);
  expect(first.map(({ tenant }) => tenant)).toEqual(['acme', 'acme', 'globex']);
  expect(await queue.claimRuns(10)).toEqual([]);
  const [over] = first;
  if (over) await inTenant(over.tenant, () => queue.endClaim(db(), over));
  expect((await queue.claimRuns(10)).map(({ tenant }) => tenant)).toEqual(['acme']);
});

test('work beside runs is done for the tenant that had it added', async () => {
  const done = Promise.withResolvers<string>();
  await inTenant('acme', () => queue.addJob(db(), 'webhook', { runId: randomUUID() }));
  await queue.workOff('webhook', async () => done.resolve(currentTenant()));
  expect(await done.promise).toBe('acme');
});

test('the guard of the queue is there once, however many processes start', async () => {
  const log = openLog('silent', false);
  const open = () => openQueue(made.database, { log, supervises: false });
  for (const other of await Promise.all([open(), open(), open()])) await other.close();
  const { rows } = await asOwner(() =>
    sql<{
      count: number;
    }>`select count(*)::int as count from pg_policies where schemaname = 'baton_queue' and tablename = 'job'`.execute(
      db(),
    ),
  );
  expect(rows[0]?.count).toBe(2);
});
