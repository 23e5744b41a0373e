import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../src/db/open-database.ts';
import type { Schema } from '../../src/db/schema.ts';
import { asOwner, inTenant } from '../../src/tenancy.ts';
import { type BegunCall, insertCalls } from '../../src/usage/insert-calls.ts';
import { callRow, reserveCall } from '../../src/usage/reserve-call.ts';
import { settleCalls } from '../../src/usage/settle-calls.ts';
import { writeCalls } from '../../src/usage/write-calls.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { listenTo, type StatementEar } from './listen-to.ts';
import { aCall, ledgerOn, makeTenant, signal, took } from './support.ts';

let made: TestDatabase;
let db: Database['db'];
let tenant: string;

beforeAll(async () => {
  made = await makeTestDatabase();
  db = made.database.db;
});
afterAll(() => made.drop());
beforeEach(async () => {
  tenant = await makeTenant(db, `t-${randomUUID().slice(0, 8)}`);
});

function begun(part: Partial<BegunCall> = {}, callId = uuidv7()): BegunCall {
  const { exempt: _, ...row } = callRow(
    { tenant, exempt: false, graph: 'desk', runId: 'r' },
    callId,
    aCall(),
  );
  return { row, startedAt: Date.now(), ...part };
}

function ended(callId: string, cost: bigint) {
  return { callId, milliseconds: 7, ...took(cost) };
}

const callsOf = (of = tenant) =>
  inTenant(of, () => db.selectFrom('baton.model_call').selectAll().orderBy('call_id').execute());

const pending = { outcome: 'pending', input_tokens: 10, output_tokens: 0, cost_nano: 10, estimated: true };
const over = { outcome: 'ok', input_tokens: 10, output_tokens: 10, cost_nano: 42, estimated: false };

/** Runs a call on a ledger: `ear` listens to the statements that write it. */
async function ledgerHeardBy(ear: StatementEar) {
  const heard: StatementEar = {};
  const ledger = ledgerOn(
    listenTo(db, { sending: () => heard.sending?.(), answered: () => heard.answered?.() }),
  );
  const held = await inTenant(tenant, () => ledger.reserve(aCall(), signal));
  Object.assign(heard, ear); // what comes before is the look for budgets
  return { ledger, held };
}

test('a call that is under way is written as its prompt, and one that is over with its end, in one statement', async () => {
  const [first, second] = [uuidv7(), uuidv7()];
  let statements = 0;
  const heard = listenTo(db, {
    sending() {
      statements += 1;
    },
  });
  const calls = [begun({}, first), begun({ end: ended(second, 42n) }, second)];
  expect(await insertCalls(heard, tenant, calls, 60)).toEqual(new Set([first, second]));
  expect(statements).toBe(1);
  const rows = new Map((await callsOf()).map((row) => [row.call_id, row]));
  expect(rows.get(first)).toMatchObject({ ...pending, milliseconds: null, graph: 'desk', run_id: 'r' });
  expect(rows.get(second)).toMatchObject({ ...over, milliseconds: 7, price_version: 'v1', role: 'fast' });
});

test('calls that are written again are no second rows, stay as they are, and are not told as new', async () => {
  const [old, fresh] = [uuidv7(), uuidv7()];
  await insertCalls(db, tenant, [begun({}, old)], 60);
  const again = begun({ end: ended(old, 99n) }, old);
  expect(await insertCalls(db, tenant, [again, begun({}, fresh)], 60)).toEqual(new Set([fresh]));
  expect(await callsOf()).toMatchObject([
    { call_id: old, ...pending },
    { call_id: fresh, ...pending },
  ]);
  await settleCalls(db, tenant, [ended(old, 42n)]);
  expect(await insertCalls(db, tenant, [again], 60)).toEqual(new Set());
  expect((await callsOf())[0]).toMatchObject({ call_id: old, ...over });
});

test('a tenant has its own rows alone, also of an id that another has too', async () => {
  const callId = uuidv7();
  const other = await makeTenant(db, `t-${randomUUID().slice(0, 8)}`);
  await insertCalls(db, tenant, [begun({ end: ended(callId, 42n) }, callId)], 60);
  expect(await callsOf(other)).toEqual([]);
  expect(await insertCalls(db, other, [begun({}, callId)], 60)).toEqual(new Set([callId]));
  expect(await callsOf(other)).toMatchObject([{ tenant_id: other, call_id: callId, ...pending }]);
  expect(await callsOf()).toMatchObject([{ tenant_id: tenant, call_id: callId, ...over }]);
});

test('a call began when it began, however late it is written, and is given up as long after that', async () => {
  const callId = uuidv7();
  const startedAt = Date.now() - 3_600_000;
  await insertCalls(db, tenant, [begun({ startedAt }, callId)], 60);
  const [row] = await callsOf();
  expect(Math.abs(Number(row?.started_at) - startedAt)).toBeLessThan(30_000);
  expect(Number(row?.expires_at) - Number(row?.started_at)).toBe(60_000);
});

test('what a call without a price took is not what its prompt was to cost', async () => {
  const callId = uuidv7();
  const usage = { input_tokens: 3, output_tokens: 4, total_tokens: 7 };
  const end = { callId, outcome: 'ok' as const, took: { provider: 'own', model: 'odd', usage } };
  await insertCalls(db, tenant, [begun({ end }, callId)], 60);
  expect(await callsOf()).toMatchObject([
    {
      provider: 'own',
      model: 'odd',
      input_tokens: 3,
      output_tokens: 4,
      cost_nano: null,
      price_version: null,
    },
  ]);
});

test('of a call whose end counts nothing, what was written of its prompt stays', async () => {
  const callId = uuidv7();
  await insertCalls(db, tenant, [begun({ end: { callId, outcome: 'failed', milliseconds: 7 } }, callId)], 60);
  expect(await callsOf()).toMatchObject([
    { ...pending, outcome: 'failed', milliseconds: 7, price_version: 'v1' },
  ]);
});

test('what an end says is the same, told with the beginning or after it', async () => {
  const [together, after] = [uuidv7(), uuidv7()];
  await insertCalls(db, tenant, [begun({ end: ended(together, 42n) }, together), begun({}, after)], 60);
  await settleCalls(db, tenant, [ended(after, 42n)]);
  const alike = (await callsOf()).map(({ call_id: _, started_at: __, expires_at: ___, ...rest }) => rest);
  expect(alike[0]).toEqual(alike[1]);
});

test('a call that is over within the gathering moment costs one statement, and is one row with its end', async () => {
  let statements = 0;
  const { ledger, held } = await ledgerHeardBy({
    sending() {
      statements += 1;
    },
  });
  await ledger.settle(held, took(42n));
  await ledger.flush();
  expect(statements).toBe(1);
  expect(await callsOf()).toMatchObject([{ call_id: held.callId, ...over }]);
  await ledger.close();
});

test('an end that comes while its call is being written goes with what is written next, before who waits for it hears', async () => {
  let statements = 0;
  let told: Promise<void> | undefined;
  const { ledger, held } = await ledgerHeardBy({
    sending() {
      statements += 1;
      if (statements > 1) return;
      void ledger.settle(held, took(42n));
      told = ledger.written();
    },
  });
  await ledger.flush();
  await told;
  expect(statements).toBe(2);
  expect(await callsOf()).toMatchObject([{ call_id: held.callId, ...over }]);
  await ledger.close();
});

test('an end that comes when its call is written is told by itself', async () => {
  const { ledger, held } = await ledgerHeardBy({});
  await ledger.flush();
  expect(await callsOf()).toMatchObject([{ call_id: held.callId, ...pending }]);
  await ledger.settle(held, took(42n));
  await ledger.flush();
  expect(await callsOf()).toMatchObject([{ call_id: held.callId, ...over }]);
  await ledger.close();
});

test('a call that begins and the end of another are one statement, all or nothing', async () => {
  let statements = 0;
  let refused = true;
  const { ledger, held } = await ledgerHeardBy({
    sending() {
      statements += 1;
      if (statements === 2 && refused) throw new Error('refused');
    },
  });
  await ledger.flush();
  await ledger.settle(held, took(42n));
  const other = await inTenant(tenant, () => ledger.reserve(aCall(), signal));
  await ledger.flush();
  expect(await callsOf()).toMatchObject([{ call_id: held.callId, ...pending }]);
  refused = false;
  await ledger.flush();
  expect(await callsOf()).toMatchObject([
    { call_id: held.callId, ...over },
    { call_id: other.callId, ...pending },
  ]);
  await ledger.close();
});

test('writing both answers which calls are new and which thresholds were passed', async () => {
  await inTenant(tenant, () =>
    db
      .insertInto('baton.budget')
      .values({ scope: 'tenant', subject: '*', period: 'total', unit: 'usd', most: 1_000 })
      .execute(),
  );
  const payer = { tenant, exempt: false };
  const [held, fresh] = [uuidv7(), uuidv7()];
  await reserveCall(db, payer, held, aCall(), 60);
  const both = { begun: [begun({}, fresh)], ends: [ended(held, 600n)] };
  const written = await writeCalls(db, tenant, both, 60);
  expect(written.fresh).toEqual(new Set([fresh]));
  expect(written.alerts).toMatchObject([
    { tenant_id: tenant, who: '', threshold: 50, spent: 600, most: 1_000 },
  ]);
  expect(written.alerts[0]?.created_at).toBeInstanceOf(Date);
  expect(await writeCalls(db, tenant, both, 60)).toEqual({ fresh: new Set(), alerts: [] });
});

test('settling looks each call up, however long the ledger is', async () => {
  const ids = Array.from({ length: 2_000 }, () => uuidv7());
  const ends = ids.map((id) => begun({ end: ended(id, 42n) }, id));
  await insertCalls(db, tenant, ends, 60);
  const open = ids.slice(0, 3).map((id) => ({ ...ended(id, 42n), outcome: 'failed' as const }));
  await asOwner(() => sql`analyze baton.model_call`.execute(db));
  await inTenant(tenant, () =>
    db.transaction().execute(async (trx) => {
      await trx
        .updateTable('baton.model_call')
        .set({ outcome: 'pending' })
        .where('call_id', 'in', ids.slice(0, 3))
        .execute();
      const before = await rowsRead(trx);
      await settleCalls(trx, tenant, open);
      expect((await rowsRead(trx)) - before).toBeLessThan(50);
    }),
  );
  expect((await callsOf()).filter(({ outcome }) => outcome === 'failed')).toHaveLength(3);
});

/** How many rows of the ledger this transaction has read, one by one or by an index. */
async function rowsRead(trx: Kysely<Schema>): Promise<number> {
  const { rows } = await sql<{ read: number }>`select seq_tup_read + coalesce(idx_tup_fetch, 0) as read
    from pg_stat_xact_user_tables where relid = 'baton.model_call'::regclass`.execute(trx);
  return rows[0]?.read ?? 0;
}

test.each([
  ['before it is written', 'before'],
  ['between the two attempts', 'between'],
  ['after the second attempt', 'after'],
] as const)(
  'a call whose writing succeeds and is not heard of is one row, with the end that comes %s',
  async (_, when) => {
    let lost = 1;
    const { ledger, held } = await ledgerHeardBy({
      answered() {
        if (lost-- > 0) throw new Error('no answer');
      },
    });
    if (when === 'before') await ledger.settle(held, took(42n));
    await ledger.flush();
    expect(await callsOf()).toMatchObject([
      { call_id: held.callId, ...(when === 'before' ? over : pending) },
    ]);
    if (when === 'between') await ledger.settle(held, took(42n));
    await ledger.flush();
    if (when === 'after') await ledger.settle(held, took(42n));
    await ledger.flush();
    expect(await callsOf()).toMatchObject([{ call_id: held.callId, ...over }]);
    await ledger.close();
  },
);

test('an end whose telling is not answered either is told again, and counts once', async () => {
  let answers = 0;
  const { ledger, held } = await ledgerHeardBy({
    sending() {
      if (answers === 0) void ledger.settle(held, took(42n));
    },
    answered() {
      answers += 1;
      if (answers === 2) throw new Error('no answer');
    },
  });
  for (let times = 0; times < 3; times++) await ledger.flush();
  expect(answers).toBe(3);
  expect(await callsOf()).toMatchObject([{ call_id: held.callId, ...over }]);
  await ledger.close();
});
