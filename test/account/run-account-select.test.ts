import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountSqlPolicy, policyFor } from '../../src/account/account-sql-policy.ts';
import { runAccountSelect } from '../../src/account/run-account-select.ts';
import type { Database } from '../../src/db/open-database.ts';
import { ToolError } from '../../src/errors.ts';
import { makeKey } from '../../src/identity/make-key.ts';
import { createReader } from '../../src/sql/create-reader.ts';
import { runSelect } from '../../src/sql/run-select.ts';
import { type Asker, asOwner, asService, inTenant, type Work } from '../../src/tenancy.ts';
import { attacks } from '../sql/attacks.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

const canary = 'CANARY-91cc';
const admin: Asker = { role: 'admin' };

let made: TestDatabase;
let database: Database;
let runId: string;
const ids: Record<string, { thread: string; key: string }> = {};

beforeAll(async () => {
  made = await makeTestDatabase();
  database = made.database;
  await asOwner(() => createReader(database, accountSqlPolicy));
  for (const tenant of ['acme', 'rival']) await fill(tenant);
});
afterAll(() => made.drop());

/** Two threads, of the graphs `support` and `films`, a key, a call of a model, a document and a ticket. */
async function fill(tenant: string): Promise<void> {
  const { db } = database;
  await asService(() => db.insertInto('baton.tenant').values({ tenant_id: tenant, name: tenant }).execute());
  const thread = randomUUID();
  await inTenant(tenant, async () => {
    for (const [id, graph] of [
      [thread, 'support'],
      [randomUUID(), 'films'],
    ] as const) {
      const metadata = JSON.stringify({ note: canary });
      await db.insertInto('baton.thread').values({ thread_id: id, graph, metadata }).execute();
      runId = randomUUID();
      await db
        .insertInto('baton.run')
        .values({
          run_id: runId,
          thread_id: id,
          graph,
          input: JSON.stringify({ text: canary }),
          kwargs: '{}',
          metadata: '{}',
          multitask_strategy: 'enqueue',
        })
        .execute();
    }
    const key = await makeKey(db, 'command', tenant, { name: `${tenant} key`, role: 'member' });
    ids[tenant] = { thread, key: key.key.key_id };
    await call({ api_key_id: key.key.key_id, cost_nano: 2_500_000_000, agent: tenant });
    await call({ user_id: 'somebody', cost_nano: 1_000_000_000, agent: tenant });
    await db
      .insertInto('baton.budget')
      .values({
        scope: 'tenant',
        subject: '*',
        period: 'day',
        unit: 'usd',
        most: 5_000_000_000,
        webhook: null,
      })
      .execute();
    await db
      .insertInto('baton.ticket')
      .values({
        thread_id: thread,
        run_id: runId,
        agent: 'escalation',
        summary: canary,
        urgency: 'low',
        contact: null,
      })
      .execute();
  });
}

async function call(more: { cost_nano: number; agent: string; user_id?: string; api_key_id?: string }) {
  const row = {
    user_id: null,
    api_key_id: null,
    thread_id: null,
    run_id: null,
    graph: 'support',
    model_key: null,
    price_version: null,
    holds: null,
    milliseconds: 5,
  };
  await database.db
    .insertInto('baton.model_call')
    .values({
      ...row,
      call_id: randomUUID(),
      kind: 'chat',
      role: 'fast',
      provider: 'openai',
      model: 'gpt',
      outcome: 'ok',
      expires_at: new Date(),
      ...more,
    })
    .execute();
}

/** Asks as somebody of acme whose run is carried out. */
function askAs(asker: Asker | undefined, statement: string, more: { userId?: string; keyId?: string } = {}) {
  const run = { runId, threadId: ids.acme?.thread ?? '', graph: 'support', ...(asker && { asker }), ...more };
  return askIn({ tenant: 'acme', run }, statement);
}

async function askIn(work: Work, statement: string) {
  return (await inTenant(work, () => runAccountSelect(database, statement))).rows;
}

test('an admin is told of the account, and of this tenant alone', async () => {
  expect(await askAs(admin, 'select graph, count(*) from thread group by graph order by graph')).toEqual([
    ['films', 1],
    ['support', 1],
  ]);
  expect(await askAs(admin, 'select count(*) from run')).toEqual([[2]]);
  expect(await askAs(admin, 'select distinct agent, sum(cost_usd) over () from spend')).toEqual([
    ['acme', expect.stringMatching(/^3\.50*$/)],
  ]);
  expect(await askAs(admin, 'select name, role from api_key')).toEqual([['acme key', 'member']]);
  expect(await askAs(admin, 'select most::float8 from budget')).toEqual([[5]]);
  expect(await askAs(admin, 'select agent, urgency, status from ticket')).toEqual([
    ['escalation', 'low', 'open'],
  ]);
});

test('every view can be read by an admin and shows nothing of the other tenant, whatever is joined', async () => {
  for (const [name, { columns }] of Object.entries(accountSqlPolicy.tables)) {
    const rows = await askAs(
      admin,
      `select ${columns.map((column) => `t.${column}`).join(', ')} from ${name} t`,
    );
    const text = JSON.stringify(rows);
    expect(text, name).not.toContain('rival');
    expect(text, name).not.toContain(canary);
    expect(text, name).not.toContain(ids.rival?.thread);
    expect(text, name).not.toContain(ids.rival?.key);
  }
  const other = ids.rival?.thread ?? '';
  expect(await askAs(admin, `select count(*) from thread where thread_id = '${other}'`)).toEqual([[0]]);
  expect(
    await askAs(
      admin,
      `select count(*) from run r left join thread t on true where r.thread_id = '${other}'`,
    ),
  ).toEqual([[0]]);
});

test('who is held to graphs sees threads, runs and tickets of these alone', async () => {
  const held: Asker = { role: 'admin', graphs: ['films'] };
  expect(await askAs(held, 'select graph from thread')).toEqual([['films']]);
  expect(await askAs(held, 'select graph from run')).toEqual([['films']]);
  expect(await askAs(held, 'select * from ticket')).toEqual([]);
});

test('of a run that nobody in particular asked for, as a cron’s, threads of its own graph are told alone', async () => {
  expect(await askAs(undefined, 'select count(*) from thread')).toEqual([[1]]);
});

test.each<[string, Asker | undefined]>([
  ['a member', { role: 'member' }],
  ['an engineer', { role: 'engineer' }],
  ['an admin whose key is narrowed to runs', { role: 'admin', scopes: ['runs:write'] }],
  ['nobody in particular', undefined],
])('%s is told of threads, and not of keys, people and budgets', async (_, asker) => {
  expect(await askAs(asker, 'select count(*) from thread')).toEqual([[asker ? 2 : 1]]);
  for (const table of ['api_key', 'person', 'budget', 'budget_use'])
    await expect(askAs(asker, `select count(*) from ${table}`)).rejects.toThrow(ToolError);
});

test('who is no engineer is told what they themselves have spent', async () => {
  const spent = 'select coalesce(sum(cost_usd), 0)::float8 from spend';
  expect(await askAs({ role: 'engineer' }, spent)).toEqual([[3.5]]);
  expect(await askAs({ role: 'member' }, spent, { userId: 'somebody' })).toEqual([[1]]);
  expect(await askAs({ role: 'member' }, spent, { keyId: ids.acme?.key ?? '' })).toEqual([[2.5]]);
  expect(await askAs({ role: 'member' }, spent)).toEqual([[0]]);
  expect(await askAs({ role: 'member' }, spent, { userId: '', keyId: '' })).toEqual([[0]]);
  await expect(askAs({ role: 'member', scopes: ['runs:write'] }, spent)).rejects.toThrow(ToolError);
});

test('the views hold without the checks of names: what a role may not see is not there for the reader either', async () => {
  const work = { tenant: 'acme', run: { runId, threadId: '', graph: 'support' } };
  for (const table of ['api_key', 'person', 'budget', 'budget_use', 'spend']) {
    const { rows } = await inTenant(work, () =>
      runSelect(database, `select count(*) from ${table}`, accountSqlPolicy, { settings: {} }),
    );
    expect(rows, table).toEqual([[0]]);
  }
});

test('nothing is told where no tenant asks', async () => {
  await expect(asService(() => runAccountSelect(database, 'select 1'))).rejects.toThrow(
    'on behalf of no tenant',
  );
  await expect(asOwner(() => runAccountSelect(database, 'select 1'))).rejects.toThrow(
    'on behalf of no tenant',
  );
});

test('the reader has SELECT on the columns of the views and nothing on any table', async () => {
  const { rows } = await sql<{ name: string; rights: string[] }>`
    select n.nspname || '.' || c.relname as name, array_agg(r order by r) as rights
    from pg_class c join pg_namespace n on n.oid = c.relnamespace,
      unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) r
    where n.nspname not in ('pg_catalog', 'information_schema') and c.relkind in ('r', 'p', 'v', 'm')
      and (has_table_privilege(${accountSqlPolicy.role}, c.oid, r)
        or r in ('SELECT', 'INSERT', 'UPDATE') and has_any_column_privilege(${accountSqlPolicy.role}, c.oid, r))
    group by 1 order by 1`.execute(database.db);
  expect(rows).toEqual(
    Object.keys(accountSqlPolicy.tables)
      .map((name) => ({ name: `account.${name}`, rights: ['SELECT'] }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  );
});

test('no column of a view is a secret, a hash, an address or somebody’s words', async () => {
  const columns = Object.values(accountSqlPolicy.tables).flatMap((table) => table.columns);
  expect(
    columns.filter((name) =>
      /secret|hash|password|email|token_|summary|contact|answer\b|input$|metadata|text/.test(name),
    ),
  ).toEqual([]);
});

test('the owner of the views is nobody’s role to log in with, and owns these views alone', async () => {
  const { rows } = await sql`select rolcanlogin, rolsuper, rolbypassrls,
      (select count(*)::int from pg_class where relowner = r.oid) as owns
    from pg_roles r where rolname = 'baton_account'`.execute(database.db);
  const owns = Object.keys(accountSqlPolicy.tables).length;
  expect(rows).toEqual([{ rolcanlogin: false, rolsuper: false, rolbypassrls: false, owns }]);
});

describe('attacks', () => {
  /** The attacks on a shop, on what corresponds to it here. */
  const words: Record<string, string> = {
    film: 'run',
    staff: 'api_key',
    password: 'secret_hash',
    payment: 'spend',
    store: 'budget',
    language: 'collection',
    category: 'document',
    rental: 'thread',
    customer: 'person',
    shop: 'account',
  };
  const here = Object.entries(attacks)
    .filter(([kind]) => kind !== 'bombs stopped by the plan or the clock')
    .flatMap(([, statements]) => statements)
    .map((text) => text.replaceAll(/[a-z]+/g, (word) => words[word] ?? word));

  test('none of those on the shop brings out more than the asker may see, and few run at all', async () => {
    const { rows: hashes } = await asOwner(() =>
      sql<{ secret_hash: string }>`select secret_hash from baton.api_key`.execute(database.db),
    );
    const never = [canary, 'rival', ...hashes.map((row) => row.secret_hash)];
    let refused = 0;
    for (const text of here) {
      const answer = await askAs(admin, text).then(
        (rows) => JSON.stringify(rows),
        (error: unknown) => {
          if (!(error instanceof ToolError)) throw error;
          refused += 1;
          return error.message;
        },
      );
      expect(
        never.filter((secret) => answer.includes(secret)),
        text,
      ).toEqual([]);
    }
    expect(hashes).toHaveLength(2);
    expect(here.length - refused).toBeLessThan(40); // what reads columns that are hidden there and do not exist here
    expect(refused).toBeGreaterThan(220);
  }, 60_000);

  test.each([
    "select set_config('baton.tenant', 'rival', true)",
    "select * from thread where set_config('baton.tenant', 'rival', true) is not null",
    "select current_setting('baton.tenant')",
    "with t as materialized (select set_config('baton.tenant', 'rival', true)) select r.run_id from t, run r",
    'set baton.tenant = rival',
    'set local role baton_tenant',
    'reset role',
    'select secret_hash from baton.api_key',
    'select * from baton.thread',
    'select tenant_id from thread',
    'select metadata from thread',
    'select input from run',
    'select summary from ticket',
    'select email from person',
    'select * from films.film',
    'select * from pg_roles',
    "select pg_get_viewdef('account.thread'::regclass)",
    'select t.tableoid from thread t',
    "select query_to_xml('select * from baton.api_key', true, true, '')",
    "update api_key set role = 'admin'",
    'select * from thread for update',
  ])('%s is refused', async (text) => {
    await expect(askAs(admin, text)).rejects.toThrow(ToolError);
  });

  test('conditions that would tell what is filtered away tell nothing', async () => {
    const probe = `select thread_id from thread where 1 / (case when graph = 'films' then 1 else 1 end) = 1
      and cast(case when thread_id::text = '${ids.rival?.thread}' then 'x' else '1' end as int) = 1`;
    expect(await askAs(admin, probe)).toHaveLength(2);
  });
});

test('a policy for less has fewer tables and the same role', () => {
  const least = policyFor({ runs: true, documents: false, tickets: false, usage: 'none', manages: false });
  expect(Object.keys(least.tables)).toEqual(['thread', 'run']);
  expect(least.role).toBe(accountSqlPolicy.role);
});
