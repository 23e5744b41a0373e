import { randomUUID } from 'node:crypto';
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Schema } from '../../src/db/schema.ts';
import { openLog } from '../../src/log.ts';
import { openQueue, type Queue } from '../../src/queue/open-queue.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

/** A database that nobody gets a connection to. */
class Gone extends DummyDriver {
  override async acquireConnection(): Promise<never> {
    throw new Error('The database is gone.');
  }
}

let made: TestDatabase;
let queue: Queue;

beforeAll(async () => {
  made = await makeTestDatabase();
  queue = await openQueue(made.database, { log: openLog('silent', false), supervises: true });
});
afterAll(async () => {
  await queue?.close();
  await made?.drop();
});

const db = () => made.database.db;

async function addRuns(threadId: string, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => uuidv7());
  for (const runId of ids)
    await db()
      .transaction()
      .execute((trx) => queue.addRun(trx, { runId, threadId }));
  return ids;
}

async function drain(): Promise<string[]> {
  const ids: string[] = [];
  for (let claims = await queue.claimRuns(10); claims.length > 0; claims = await queue.claimRuns(10)) {
    for (const claim of claims) {
      ids.push(claim.id);
      await queue.endClaim(db(), claim);
    }
  }
  return ids;
}

test('runs of a thread are given out one at a time, in their order; those of others beside them', async () => {
  const first = await addRuns(randomUUID(), 3);
  const second = await addRuns(randomUUID(), 2);
  const claims = await queue.claimRuns(10);
  expect(claims.map(({ id }) => id).sort()).toEqual([first[0], second[0]].sort());
  expect(await queue.claimRuns(10)).toEqual([]);
  for (const claim of claims) expect(await queue.endClaim(db(), claim)).toBe(true);
  const rest = await drain();
  expect(rest.filter((id) => first.includes(id))).toEqual(first.slice(1));
  expect(rest.filter((id) => second.includes(id))).toEqual(second.slice(1));
});

test('a run whose transaction is taken back was never added', async () => {
  const taken = db()
    .transaction()
    .execute(async (trx) => {
      await queue.addRun(trx, { runId: uuidv7(), threadId: randomUUID() });
      throw new Error('back');
    });
  await expect(taken).rejects.toThrow('back');
  expect(await queue.claimRuns(10)).toEqual([]);
});

test('a run that is added twice is there once', async () => {
  const run = { runId: uuidv7(), threadId: randomUUID() };
  for (let time = 0; time < 2; time++) await queue.addRun(db(), run);
  expect(await drain()).toEqual([run.runId]);
});

test('who lost a claim can neither keep it up nor end it, and the next in line waits', async () => {
  const [first = '', second] = await addRuns(randomUUID(), 2);
  const [lost] = await queue.claimRuns(10);
  if (!lost) throw new Error('there was a run to claim');
  expect(await queue.keepClaims([lost])).toEqual(new Set([first]));
  expect(await queue.handBack(db(), lost)).toBe(true);
  const [own] = await queue.claimRuns(10);
  expect(own?.id).toBe(first);
  expect(await queue.keepClaims([lost])).toEqual(new Set());
  expect(await queue.endClaim(db(), lost)).toBe(false);
  expect(await queue.handBack(db(), lost)).toBe(false);
  if (own) expect(await queue.endClaim(db(), own)).toBe(true);
  expect(await drain()).toEqual([second]);
});

test('the claims of a process that is gone are given back at once', async () => {
  const ids = await addRuns(randomUUID(), 1);
  expect(await queue.claimRuns(10)).toHaveLength(1);
  await queue.releaseClaims();
  expect(await drain()).toEqual(ids);
});

test('a run begins no earlier than it may, and holds up nobody', async () => {
  const threadId = randomUUID();
  const later = uuidv7();
  await queue.addRun(db(), { runId: later, threadId, beginAfter: new Date(Date.now() + 3_600_000) });
  const [now] = await addRuns(threadId, 1);
  expect(await drain()).toEqual([now]);
  await queue.dropRun(db(), later);
});

test('work beside runs that fails is tried again', async () => {
  let tries = 0;
  const done = Promise.withResolvers<unknown>();
  await queue.addJob(db(), 'cron', { name: 'job' });
  await queue.workOff('cron', async ({ data }) => {
    tries += 1;
    if (tries === 1) throw new Error('not yet');
    done.resolve(data);
  });
  expect(await done.promise).toEqual({ name: 'job' });
}, 40_000);

test('of a queue that cannot be opened nothing is left', async () => {
  const { database } = made;
  const asks = database.kind === 'postgres' ? 'baton-queue' : undefined;
  const sessions = async () => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from pg_stat_activity where datname = current_database() and application_name = ${asks}`.execute(
      db(),
    );
    return rows[0]?.count;
  };
  const before = asks && (await sessions());
  const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
  const ticking = timers();
  const closed = new Kysely<Schema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new Gone(),
      createIntrospector: (of) => new PostgresIntrospector(of),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  await expect(
    openQueue({ ...database, db: closed }, { log: openLog('silent', false), supervises: true }),
  ).rejects.toThrow('The database is gone.');
  await expect.poll(timers).toBeLessThanOrEqual(ticking + 2); // a queue that is left has five; whoever waits here has one
  if (asks) await expect.poll(sessions).toBe(before);
});
