import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AppContext, openContext } from '../../src/app-context.ts';
import { createAssistant } from '../../src/db/assistants.ts';
import { createTenant } from '../../src/db/tenants.ts';
import { openLog } from '../../src/log.ts';
import { inTenant, localTenant } from '../../src/tenancy.ts';
import { acceptAtOnce, askedOf } from '../../src/turn/accept-at-once.ts';
import { acceptTogether } from '../../src/turn/accept-together.ts';
import { acceptTurn } from '../../src/turn/accept-turn.ts';
import type { TurnRequest } from '../../src/turn/turn-request.ts';
import { setBudget } from '../../src/usage/budgets.ts';
import { watch } from '../support/ask.ts';
import { testConfig } from '../support/open-test-context.ts';
import { type Step, say, scriptedModel } from '../support/scripted-model.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

let made: TestDatabase;
/** Another database, so that nobody carries out what the door accepts. */
let madeForWork: TestDatabase;
let door: AppContext;
let worker: AppContext;
let model = scriptedModel([]);

beforeAll(async () => {
  [made, madeForWork] = [await makeTestDatabase(), await makeTestDatabase()];
  const open = ({ database }: TestDatabase, role: string) =>
    openContext(testConfig('test/fixtures/desk', { BATON_ROLE: role }), openLog('silent', false), {
      database,
      chat: (request, onText) => model(request, onText),
    });
  door = await open(made, 'api');
  worker = await open(madeForWork, 'both');
});
afterAll(async () => {
  for (const context of [worker, door]) await context?.close(0);
  for (const database of [made, madeForWork]) await database?.drop();
});

const hello: TurnRequest = {
  graph: 'desk',
  ifNotExists: 'create',
  input: [{ type: 'human', id: '', content: 'Hello \u0000' }],
  metadata: { topic: 'greeting' },
  kwargs: { stream_mode: ['values'] },
  config: { tags: ['a'], configurable: { deep: { x: 1 } } },
  multitask: 'enqueue',
};

type Way = (context: AppContext, request: TurnRequest) => Promise<{ runId: string; threadId: string }>;

const loaded = (context: AppContext) => {
  const graph = context.graphs.get('desk');
  if (!graph) throw new Error('The fixture has no desk.');
  return graph;
};

/** The two ways in which a turn is accepted: each must do what the other does. */
const atOnce: Way = acceptTurn;
const together: Way = async (context, request) => {
  const [turn] = await acceptTogether(context, [askedOf(request, loaded(context))]);
  if (!turn) throw new Error('One turn was to be accepted.');
  return turn.replayed ?? turn.ids;
};

/** A step that says its text when the gate opens. */
function gated(gate: Promise<void>, text: string): Step {
  return async () => {
    await gate;
    return say(text);
  };
}

/** All that is in the database of a thread, without what differs from one time to the next. */
async function rowsOf(threadId: string, key = ''): Promise<unknown> {
  const { rows } = await sql<{ rows: unknown }>`select json_build_object(
    'thread', (select json_agg(t) from baton.thread t where thread_id = ${threadId}),
    'runs', (select json_agg(r order by created_at, run_id) from baton.run r where thread_id = ${threadId}),
    'jobs', (select json_agg(j order by created_on, id) from baton_queue.job j where data ->> 'threadId' = ${threadId}),
    'keys', (select json_agg(k) from baton.idempotency_key k where key = ${key})) as rows`.execute(
    made.database.db,
  );
  const names = new Map<string, string>();
  const text = JSON.stringify(rows[0]?.rows)
    .replaceAll(/\d{4}-\d\d-\d\d[T ][\d:.+]+/g, 'at some time')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, (id) => {
      names.set(id, names.get(id) ?? `id ${names.size + 1}`);
      return names.get(id) ?? '';
    });
  return JSON.parse(text);
}

async function outcomeOf(accepting: Promise<{ threadId: string }>): Promise<string | undefined> {
  return accepting.then(
    () => undefined,
    (error: Error & { code?: string }) => `${error.name} ${error.code}: ${error.message}`,
  );
}

const scenarios: Record<string, (way: Way, threadId: string, key: string) => Promise<unknown>> = {
  'on a new thread': async (way) =>
    rowsOf((await way(door, { ...hello, webhook: 'https://example.com/hook' })).threadId),
  'on a new thread of its own, which is not kept': async (way) =>
    rowsOf((await way(door, { ...hello, temporary: true, multitask: 'reject' })).threadId),
  'on a thread that is made by it': async (way, threadId) => {
    await way(door, { ...hello, threadId });
    return rowsOf(threadId);
  },
  'on a busy thread, behind another, with metadata of its own': async (way, threadId) => {
    await way(door, { ...hello, threadId, assistantId: randomUUID() });
    await way(door, { ...hello, threadId, metadata: { topic: 'more', nested: { a: [1] } } });
    return rowsOf(threadId);
  },
  'on a thread of another version, to which it stays pinned': async (way, threadId) => {
    await way(door, { ...hello, threadId });
    await pinTo('older', threadId);
    await way(door, { ...hello, threadId });
    return rowsOf(threadId);
  },
  'on a thread of another version, which moves to the newest': async (way, threadId) => {
    await way(door, { ...hello, threadId });
    await pinTo('older', threadId);
    await way(door, { ...hello, threadId, version: 'newest' });
    return rowsOf(threadId);
  },
  'under a key': async (way, threadId, key) => {
    const idempotency = { scope: 'POST /runs', key, hash: 'one' };
    const first = await way(door, { ...hello, threadId, idempotency });
    const again = await way(door, { ...hello, threadId, idempotency });
    const other = await outcomeOf(
      way(door, { ...hello, threadId, idempotency: { ...idempotency, hash: 'two' } }),
    );
    return [again.runId === first.runId, other?.replaceAll(key, 'key'), await rowsOf(threadId, key)];
  },
  'under a key that was used more than a day ago': async (way, threadId, key) => {
    const idempotency = { scope: 'POST /runs', key, hash: 'one' };
    await way(door, { ...hello, threadId, idempotency });
    await sql`update baton.idempotency_key set created_at = now() - interval '25 hours' where key = ${key}`.execute(
      made.database.db,
    );
    await way(door, { ...hello, threadId, idempotency: { ...idempotency, hash: 'two' } });
    return rowsOf(threadId, key);
  },
  'on a thread that is not there': async (way, threadId, key) => {
    const idempotency = { scope: 'POST /runs', key, hash: 'one' };
    const refused = await outcomeOf(way(door, { ...hello, threadId, ifNotExists: 'reject', idempotency }));
    return [refused?.replaceAll(threadId, 'thread'), await rowsOf(threadId, key)];
  },
  'by whoever may not use the graph of the thread': async (way, threadId, key) => {
    await way(door, { ...hello, threadId });
    const idempotency = { scope: 'POST /runs', key, hash: 'one' };
    const refused = await inTenant({ tenant: localTenant, graphs: ['other'] }, () =>
      outcomeOf(way(door, { ...hello, threadId, idempotency })),
    );
    return [refused?.replaceAll(threadId, 'thread'), await rowsOf(threadId, key)];
  },
  'by a user, with a key': async (way, threadId) => {
    const who = { tenant: localTenant, name: 'Ann', role: 'member' as const };
    await inTenant({ tenant: localTenant, caller: { ...who, kind: 'user', id: 'ann' } }, () =>
      way(door, { ...hello, threadId }),
    );
    await inTenant(
      { tenant: localTenant, graphs: ['desk'], caller: { ...who, kind: 'key', id: 'key_1' } },
      () => way(door, { ...hello, threadId }),
    );
    return rowsOf(threadId);
  },
  'for an assistant that is not as assumed': async (way, threadId, key) => {
    const assumed = randomUUID();
    await createAssistant(door.db, assumed, {
      graph: 'desk',
      name: 'changed',
      description: null,
      config: {},
      context: {},
      metadata: {},
    });
    const idempotency = { scope: 'POST /runs', key, hash: 'one' };
    const refused = await outcomeOf(way(door, { ...hello, threadId, assumed, idempotency }));
    return [refused?.replaceAll(assumed, 'assistant'), await rowsOf(threadId, key)];
  },
  'with metadata that no database takes': async (way, threadId, key) => {
    const idempotency = { scope: 'POST /runs', key, hash: 'one' };
    const refused = await outcomeOf(
      way(door, { ...hello, threadId, metadata: { nul: '\u0000' }, idempotency }),
    );
    return [refused?.split(':')[0], await rowsOf(threadId, key)];
  },
};

async function pinTo(version: string, threadId: string): Promise<void> {
  await sql`with kept as (insert into baton.graph_version (graph, version, files) values ('desk', ${version}, '{}') on conflict do nothing)
    select 1`.execute(made.database.db);
  await sql`update baton.thread set graph_version = ${version} where thread_id = ${threadId}`.execute(
    made.database.db,
  );
}

test.each(Object.keys(scenarios))(
  'a turn %s is accepted the same in one statement and in one transaction',
  async (name) => {
    const scenario = scenarios[name];
    const first = await scenario?.(atOnce, randomUUID(), randomUUID());
    expect(first).toEqual(await scenario?.(together, randomUUID(), randomUUID()));
    expect(first).toBeDefined();
  },
);

test('what is ordinary takes the one statement: a new thread, an idle one, a busy one, under a new key', async () => {
  const threadId = randomUUID();
  const idempotency = { scope: 'POST /runs', key: randomUUID(), hash: 'one' };
  for (const request of [hello, { ...hello, threadId }, { ...hello, threadId }, { ...hello, idempotency }])
    expect(await acceptAtOnce(door, askedOf(request, loaded(door)))).toEqual({
      version: loaded(door).version,
      begun: false,
    });
});

test('a spent budget refuses a turn in both ways, and nothing is written', async () => {
  await createTenant(door.db, { tenantId: 'poor', name: 'Poor' });
  const poor = { tenant: 'poor', owner: true };
  await inTenant(poor, async () => {
    await setBudget(door.db, {
      scope: 'tenant',
      subject: '*',
      period: 'total',
      unit: 'usd',
      most: 1n,
      alerts: [],
    });
    await sql`insert into baton.budget_use (budget_id, who, begins, spent)
      select budget_id, '', 'epoch', 1 from baton.budget where tenant_id = 'poor'`.execute(door.db);
  });
  const refusals = await inTenant('poor', () =>
    Promise.all([outcomeOf(atOnce(door, hello)), outcomeOf(together(door, hello))]),
  );
  expect(refusals[0]).toMatch(/^BudgetError payment-required/);
  expect(refusals[0]).toBe(refusals[1]);
  const { rows } = await sql`select from baton.thread where tenant_id = 'poor'`.execute(made.database.db);
  expect(rows).toEqual([]);
});

test('a turn that finds room is under way when it is accepted, and ends like any other', async () => {
  model = scriptedModel([say('One.'), say('Two.')]);
  const first = await acceptTurn(worker, { ...hello, input: [{ type: 'human', id: '', content: 'Hi' }] });
  expect([...worker.turns.running.keys()]).toEqual([first.runId]);
  expect((await watch(worker, first)).at(-1)?.type).toBe('turn-end');
  await worker.turns.running.get(first.runId)?.over;
  const second = await acceptTurn(worker, { ...hello, threadId: first.threadId });
  expect([...worker.turns.running.keys()]).toEqual([second.runId]);
  const events = await watch(worker, second);
  expect(events.at(-1)?.type).toBe('turn-end');
  expect(events.filter(({ type }) => type === 'turn-start')).toMatchObject([
    { attempt: 1, runId: second.runId },
  ]);
  const { rows } = await sql<{ attempt: number; crashes: number; status: string }>`
    select attempt, crashes, status from baton.run where thread_id = ${first.threadId}`.execute(
    madeForWork.database.db,
  );
  expect(rows).toEqual([
    { attempt: 1, crashes: 1, status: 'success' },
    { attempt: 1, crashes: 1, status: 'success' },
  ]);
});

test('a turn on a busy thread waits for the one before it', async () => {
  const gate = Promise.withResolvers<void>();
  model = scriptedModel([gated(gate.promise, 'One.'), say('Two.')]);
  const first = await acceptTurn(worker, hello);
  const second = await acceptTurn(worker, { ...hello, threadId: first.threadId });
  expect([...worker.turns.running.keys()]).toEqual([first.runId]);
  gate.resolve();
  const ends = [(await watch(worker, first)).at(-1), (await watch(worker, second)).at(-1)];
  expect(ends.map((end) => end?.type)).toEqual(['turn-end', 'turn-end']);
  expect((ends[0]?.seq ?? 0) < (ends[1]?.seq ?? 0)).toBe(true);
});

test('twenty turns that make one thread at once are all accepted, and one of them begins it', async () => {
  const gate = Promise.withResolvers<void>();
  model = scriptedModel(Array.from({ length: 20 }, () => gated(gate.promise, 'Yes.')));
  const threadId = randomUUID();
  const turns = await Promise.all(
    Array.from({ length: 20 }, () => acceptTurn(worker, { ...hello, threadId })),
  );
  expect(new Set(turns.map(({ runId }) => runId)).size).toBe(20);
  const { rows } = await sql<{ running: number }>`
    select count(*)::int as running from baton.run where thread_id = ${threadId} and status = 'running'`.execute(
    madeForWork.database.db,
  );
  expect(rows[0]?.running).toBeLessThanOrEqual(1);
  gate.resolve();
  for (const turn of turns) expect((await watch(worker, turn)).at(-1)?.type).toBe('turn-end');
}, 60_000);

test('a suspended tenant’s turn is accepted and begun by nobody', async () => {
  await createTenant(worker.db, { tenantId: 'late', name: 'Late' });
  await sql`update baton.tenant set suspended_at = now() where tenant_id = 'late'`.execute(
    madeForWork.database.db,
  );
  const { runId } = await inTenant('late', () => acceptTurn(worker, hello));
  const { rows } = await sql`select status, attempt from baton.run where run_id = ${runId}`.execute(
    madeForWork.database.db,
  );
  expect(rows).toEqual([{ status: 'pending', attempt: 0 }]);
  expect(worker.turns.running.has(runId)).toBe(false);
});
