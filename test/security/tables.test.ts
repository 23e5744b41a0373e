import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAssistant } from '../../src/db/assistants.ts';
import type { Schema } from '../../src/db/schema.ts';
import { asOwner, asService, inTenant, localTenant } from '../../src/tenancy.ts';
import { say } from '../support/scripted-model.ts';
import { startService, type TestService } from '../support/start-service.ts';
import {
  type Constraint,
  type Relation,
  readConstraints,
  readRelations,
  readRoutines,
} from './support/catalog.ts';
import { fillTables } from './support/fill-tables.ts';
import { makeOneOfEverything } from './support/seed.ts';

const [victim, thief] = [localTenant, 'thief'];

/** Tables that no tenant owns a row of, and why. `rights` is what a tenant’s work may do there. */
const ofTheService: Record<string, { why: string; rights: string[] }> = {
  'baton.graph_version': {
    why: 'graphs are the service’s, and the same for all tenants; who first begins with a version adds it, under the hash of its files',
    rights: ['INSERT', 'SELECT'],
  },
  'baton.attempt': { why: 'who tried to log in, before it is known whose user it is', rights: [] },
  'baton.limit_count': {
    why: 'counts by address, key and tenant, made before a tenant’s work begins',
    rights: [],
  },
  'baton.migration': { why: 'which migrations ran', rights: [] },
  'baton.migration_lock': { why: 'so that one process migrates', rights: [] },
};

/** What has to be unique in the whole service, and so may tell a tenant that somebody has it, and why that is nothing. */
const uniqueForAll: Record<string, string> = {
  run_pkey: 'ids of runs are made by the service',
  api_key_key_id_key: 'ids of keys are made by the service, at random',
  model_key_pkey: 'ids of model keys are made by the service, at random',
  store_item_pkey: 'items are numbered by the service',
  store_vector_pkey: 'vectors belong to items, which are numbered by the service',
};

/** Functions that run as their owner, and why. */
const asTheirOwner: Record<string, string> = {
  'baton.link_audit': 'numbers and links the rows of the audit, whose head nobody else may write',
  'baton.refuse_audit_change': 'refuses, whoever asks',
  'baton.check_audit_trim': 'refuses what trim_audit did not do',
  'baton.trim_audit': 'takes away what is old, and seals where the chain now begins; for the service alone',
};

/** Policies beside those that every table has, and whom they are for: the owner of the tables, whom nobody works as. */
const morePolicies: Record<string, string> = { 'baton.audit': 'keeper', 'baton.audit_head': 'keeper' };

/** Where what follows from the types of columns does not fit. */
const particulars: Record<string, string> = {
  'baton.store_item.namespace': `'{made,up}'`,
  'baton.collection.chunk_tokens': '400',
};

const knownRoles = ['baton_tenant', 'baton_service'];

let service: TestService;
let db: Kysely<Schema>;
let relations: Relation[];
let owned: string[];
let owner: string;

beforeAll(async () => {
  service = await startService({ chat: async () => say('Yes.') });
  db = service.context.db;
  await makeOneOfEverything(service.url);
  await asService(() => db.insertInto('baton.tenant').values({ tenant_id: thief, name: 'Thief' }).execute());
  await inTenant(thief, () => createAssistant(db, randomUUID(), assistant));
  owner = (await sql<{ who: string }>`select current_user::text as who`.execute(db)).rows[0]?.who ?? '';
  relations = await readRelations(db, ['baton']);
  owned = relations.filter(isOwned).map(({ name }) => name);
  await fillTables(db, owned, victim, particulars);
  await fillTables(db, owned, thief, particulars);
});
afterAll(() => service.stop());

const assistant = { graph: 'desk', name: '', description: null, config: {}, context: {}, metadata: {} };
const isOwned = ({ kind, hasTenant }: Relation) => kind === 'table' && hasTenant;

test('every table belongs to tenants and is guarded, or is the service’s for a reason', () => {
  expect(relations.flatMap(problemsOf)).toEqual([]);
});

test('a table, view or grant that nobody thought of is found', async () => {
  const found = await asOwner(() =>
    db.transaction().execute(async (trx) => {
      for (const statement of [
        'create table baton.bare (id int)',
        'create table baton.unguarded (tenant_id text)',
        'create table baton.open (tenant_id text)',
        'alter table baton.open enable row level security',
        'alter table baton.open force row level security',
        'create policy tenant on baton.open using (true)',
        'create view baton.peek as select * from baton.thread',
        'create materialized view baton.copy as select 1 as one',
        'create sequence baton.counts',
        'grant select on baton.run to public',
        'grant update on baton.counts to public',
      ]) {
        await sql.raw(statement).execute(trx);
      }
      const seen = (await readRelations(trx, ['baton'])).flatMap(problemsOf);
      throw Object.assign(new Error('roll back'), { seen });
    }),
  ).catch((error: Error & { seen?: string[] }) => error.seen ?? Promise.reject(error));
  const named = ['bare', 'unguarded', 'open', 'peek', 'copy', 'counts', 'run'];
  expect(named.filter((name) => !found.some((problem) => problem.startsWith(`baton.${name}:`)))).toEqual([]);
});

test('a view of tenants’ rows shows whoever asks its own', async () => {
  const seen = (tenant: string) =>
    inTenant(tenant, () => count(sql`select count(*)::int as count from baton.event_line`));
  expect(await seen(victim)).toBeGreaterThan(1);
  expect(await seen(thief)).toBe(1);
});

test('the queue’s jobs are guarded by their tenant, and a tenant reads the rest of the queue at most', async () => {
  const queue = await readRelations(db, ['baton_queue']);
  const jobs = queue.filter(({ policies }) => policies.length > 0);
  expect(jobs.length).toBeGreaterThan(0);
  for (const { name, guarded, policies } of jobs) {
    expect([guarded, policies.map((policy) => policy.name)], name).toEqual([true, ['service', 'tenant']]);
    expect(policies[1]?.using, name).toContain("current_setting('baton.tenant'::text, true)");
  }
  const others = queue.filter(({ policies, kind }) => policies.length === 0 && kind === 'table');
  const writable = others.flatMap(({ name, grants }) =>
    grants
      .filter((grant) => !/^baton_(service|tenant SELECT)/.test(grant))
      .map((grant) => `${name}: ${grant}`),
  );
  expect(writable).toEqual([]);
  const seen = async (tenant: string) =>
    inTenant(tenant, () => count(sql`select count(*)::int as count from baton_queue.job`));
  expect(await seen(victim)).toBeGreaterThan(0);
  expect(await seen(thief)).toBe(0);
});

/** Where tools of the shelf work: what is there belongs to all tenants together, and to the tools' own care. */
const ofTools = ['films', 'public'];

test('beside the schemas of tools, work of a tenant changes nothing outside its own', async () => {
  const { rows } = await sql<{ name: string; right: string }>`
    select n.nspname || '.' || c.relname as name, r as right
    from pg_class c join pg_namespace n on n.oid = c.relnamespace, unnest('{insert,update,delete,truncate,trigger}'::text[]) r
    where c.relkind in ('r', 'p', 'v', 'm') and n.nspname <> all(${['baton', 'baton_queue', 'information_schema', ...ofTools]}::text[])
      and n.nspname not like 'pg\\_%' and has_table_privilege('baton_tenant', c.oid, r)`.execute(db);
  expect(rows).toEqual([]);
  const makes = await sql`
    select nspname from pg_namespace where has_schema_privilege('baton_tenant', oid, 'create')`.execute(db);
  expect(makes.rows).toEqual([]);
});

test('nothing that a tenant may choose is unique across tenants, and nothing leads from one tenant to another', async () => {
  const constraints = await readConstraints(db, 'baton');
  const across = constraints.filter(
    ({ table, name, kind, columns, to }: Constraint) =>
      owned.includes(table) &&
      !columns.includes('tenant_id') &&
      uniqueForAll[name] === undefined &&
      (kind === 'unique' || owned.includes(to ?? '')),
  );
  expect(across.map(({ table, name, columns }) => `${table} ${name} (${columns.join(', ')})`)).toEqual([]);
});

test('functions run as whoever calls them, but for those with a reason, which not everybody may call', async () => {
  const routines = await readRoutines(db, ['baton']);
  const unknown = routines.filter(({ name, asOwner }) => asOwner && asTheirOwner[name] === undefined);
  expect(unknown.map(({ name }) => name)).toEqual([]);
  const open = routines.filter(
    ({ asOwner, isTrigger, callers }) =>
      asOwner && !isTrigger && callers.some((who) => who !== 'baton_service'),
  );
  expect(open).toEqual([]);
});

test('the roles that work is done as can do nothing else, log in nowhere and become nobody', async () => {
  const { rows } = await sql<Record<string, unknown>>`
    select rolname, rolsuper, rolbypassrls, rolcanlogin, rolcreaterole, rolcreatedb, rolreplication,
      (select count(*)::int from pg_auth_members where member = r.oid) as groups,
      (select count(*)::int from pg_class where relowner = r.oid) as owns,
      has_schema_privilege(r.oid, 'baton', 'create') as makes
    from pg_roles r where rolname = any(${knownRoles}::text[]) order by 1`.execute(db);
  const nothing = {
    rolsuper: false,
    rolbypassrls: false,
    rolcanlogin: false,
    rolcreaterole: false,
    rolcreatedb: false,
    rolreplication: false,
    groups: 0,
    owns: 0,
    makes: false,
  };
  expect(rows).toEqual([
    { rolname: 'baton_service', ...nothing },
    { rolname: 'baton_tenant', ...nothing },
  ]);
});

test('every table of tenants shows, changes and takes from each its own rows alone', async () => {
  const before = await sums(victim);
  const leaks: string[] = [];
  for (const table of owned) {
    const see = await inTenant(thief, () =>
      count(sql`select count(*)::int as count from ${sql.table(table)} where tenant_id <> ${thief}`),
    );
    if (see !== 0 && see !== 'denied') leaks.push(`${table}: sees ${see} rows`);
    const own = await inTenant(thief, () =>
      count(sql`select count(*)::int as count from ${sql.table(table)}`),
    );
    if (own === 0) leaks.push(`${table}: does not see its own rows, so nothing is proved`);
    for (const [what, statement] of Object.entries(attacks(table))) {
      const touched = await inTenant(thief, () => attempt(statement));
      if (touched > 0) leaks.push(`${table}: ${what} touches ${touched} rows`);
    }
  }
  expect(leaks).toEqual([]);
  expect(await sums(victim)).toEqual(before);
}, 120_000);

test('a tenant cannot put a row of another in, nor give one of its own away, whatever collides', async () => {
  const before = await sums(victim);
  const taken: string[] = [];
  for (const table of owned) {
    const { rows } = await sql<{ row: object }>`
      select to_jsonb(t) as row from ${sql.table(table)} t where tenant_id = ${victim} limit 1`.execute(db);
    const copy = JSON.stringify(rows[0]?.row);
    const insert = sql`insert into ${sql.table(table)} overriding system value select * from jsonb_populate_record(null::${sql.table(table)}, ${copy}::jsonb)`;
    for (const [what, statement] of Object.entries({
      'inserting a row of another': insert,
      'inserting or passing over': sql`${insert} on conflict do nothing`,
    })) {
      const touched = await inTenant(thief, () => attempt(statement));
      if (touched > 0) taken.push(`${table}: ${what}`);
    }
    const given = await inTenant(thief, () =>
      attempt(sql`update ${sql.table(table)} set tenant_id = ${victim}`),
    );
    if (given > 0) taken.push(`${table}: giving a row away`);
  }
  expect(taken).toEqual([]);
  expect(await sums(victim)).toEqual(before);
}, 120_000);

test('the same ids are free for every tenant', async () => {
  const collisions: string[] = [];
  const constraints = await readConstraints(db, 'baton');
  const across = constraints.filter(({ columns }) => !columns.includes('tenant_id')).map(({ name }) => name);
  for (const table of owned) {
    const { rows } = await sql<{ row: object }>`
      select to_jsonb(t) || jsonb_build_object('tenant_id', ${thief}::text) as row
      from ${sql.table(table)} t where tenant_id = ${victim} limit 1`.execute(db);
    const copy = JSON.stringify(rows[0]?.row);
    const insert = sql`insert into ${sql.table(table)} overriding system value select * from jsonb_populate_record(null::${sql.table(table)}, ${copy}::jsonb)`;
    const code = await inTenant(thief, () => codeOf(insert));
    const [kind, constraint = ''] = code?.split(' ') ?? [];
    if (kind === '23505' && across.includes(constraint) && !uniqueForAll[constraint])
      collisions.push(constraint);
  }
  expect(collisions).toEqual([]);
});

test('where no tenant is set, nothing is there and nothing can be made', async () => {
  const leaks: string[] = [];
  for (const table of owned) {
    for (const tenant of ['', 'nobody', `${victim} `, '%', `' or true --`]) {
      const seen = await inTenant(tenant, () =>
        count(sql`select count(*)::int as count from ${sql.table(table)}`),
      );
      if (seen !== 0 && seen !== 'denied')
        leaks.push(`${table} shows ${seen} rows to ${JSON.stringify(tenant)}`);
    }
  }
  expect(leaks).toEqual([]);
  const unset = await asOwner(() =>
    db.transaction().execute(async (trx) => {
      await sql`set local role baton_tenant`.execute(trx);
      const { rows } = await sql<{ count: number }>`select count(*)::int as count from baton.thread`.execute(
        trx,
      );
      return rows[0]?.count;
    }),
  );
  expect(unset).toBe(0);
});

test('the role and the tenant of one piece of work are gone with it, also when it fails', async () => {
  for (let round = 0; round < 8; round += 1) {
    await inTenant(thief, () => attempt(sql`select 1 / 0`));
    await inTenant(thief, () =>
      db
        .transaction()
        .execute((trx) => sql`select set_config('baton.tenant', ${victim}, false)`.execute(trx)),
    ).catch(() => undefined);
    const after = await inTenant(thief, async () => {
      const { rows } =
        await sql<object>`select current_setting('baton.tenant') as tenant, current_user::text as who,
        (select count(*)::int from baton.thread where tenant_id <> ${thief}) as foreign_rows`.execute(db);
      return rows[0];
    });
    expect(after).toEqual({ tenant: thief, who: 'baton_tenant', foreign_rows: 0 });
  }
});

test('many tenants at once, on few connections, each see their own rows', async () => {
  const asked = Array.from({ length: 200 }, (_, at) => (at % 3 === 0 ? victim : thief));
  const seen = await Promise.all(
    asked.map((tenant) =>
      inTenant(tenant, async () => {
        const rows = await db.selectFrom('baton.thread').select('tenant_id').distinct().execute();
        return rows.map((row) => row.tenant_id);
      }),
    ),
  );
  expect(seen).toEqual(asked.map((tenant) => [tenant]));
});

/** What is wrong with how a table, view or sequence is guarded. */
function problemsOf(relation: Relation): string[] {
  const { name, grants } = relation;
  const strangers = grants.filter((grant) => !knownRoles.some((role) => grant.startsWith(`${role} `)));
  const problems = strangers.length > 0 ? [`is granted to ${strangers.join(', ')}`] : [];
  return [...problems, ...problemsOfKind(relation)].map((problem) => `${name}: ${problem}`);
}

function problemsOfKind(relation: Relation): string[] {
  const { name, kind, hasTenant, grants, options } = relation;
  if (kind === 'sequence')
    return relations?.some((known) => known.name === name) ? [] : ['is a sequence of nobody'];
  if (kind === 'view' && options.includes('security_invoker=true')) {
    const more = grants.filter((grant) => !grant.endsWith(' SELECT')); // who asks sees what the policies of its tables show
    return more.length > 0 ? [`is a view, and granted are ${more.join(', ')}`] : [];
  }
  if (kind !== 'table') return [`is a ${kind}: say why its rows are safe`];
  return hasTenant ? problemsOfTenants(relation) : problemsOfService(relation);
}

function problemsOfTenants({ name, guarded, forced, policies }: Relation): string[] {
  const problems = guarded && forced ? [] : ['has no row-level security that holds for its owner too'];
  const own = policies.filter(
    ({ name: policy, roles, permissive }) =>
      permissive && (policy !== morePolicies[name] || roles.join() !== owner),
  ); // a restrictive one only takes away
  const shown = own.map((policy) =>
    JSON.stringify([
      policy.name,
      policy.roles,
      policy.command,
      policy.permissive,
      policy.using,
      policy.check,
    ]),
  );
  const mine = "(tenant_id = current_setting('baton.tenant'::text, true))";
  const wanted = [
    ['service', ['baton_service'], '*', true, 'true', 'true'],
    ['tenant', ['baton_tenant'], '*', true, mine, mine],
  ].map((policy) => JSON.stringify(policy));
  return shown.join() === wanted.join() ? problems : [...problems, `has other policies: ${shown.join(', ')}`];
}

function problemsOfService({ name, grants }: Relation): string[] {
  const reason = ofTheService[name];
  const rights = grants.flatMap((grant) => /^baton_tenant (.*)/.exec(grant)?.[1] ?? []);
  if (!reason) return ['has no tenant_id and is not among the tables of the service'];
  const more = rights.some((right) => !reason.rights.includes(right));
  return more ? [`is the service’s, and tenants have ${rights.join(', ')}`] : [];
}

function attacks(table: string) {
  return {
    'an update of rows of another': sql`update ${sql.table(table)} set tenant_id = tenant_id where tenant_id = ${victim}`,
    'an update that takes rows': sql`update ${sql.table(table)} set tenant_id = ${thief} where tenant_id = ${victim}`,
    'a delete of rows of another': sql`delete from ${sql.table(table)} where tenant_id = ${victim}`,
    'a lock on rows of another': sql`select 1 from ${sql.table(table)} where tenant_id = ${victim} for update`,
    'emptying it': sql`truncate ${sql.table(table)} cascade`,
  };
}

/** How many rows a statement touches: none where it is refused. What it does is undone. */
async function attempt(statement: ReturnType<typeof sql>): Promise<number> {
  let touched = 0;
  await db
    .transaction()
    .execute(async (trx) => {
      const { rows, numAffectedRows } = await statement.execute(trx);
      touched = Number(numAffectedRows ?? rows.length);
      throw new Error('undone');
    })
    .catch(() => undefined);
  return touched;
}

/** The code and the constraint of the error that a statement ends in; what it does is undone. */
async function codeOf(statement: ReturnType<typeof sql>): Promise<string | undefined> {
  return db
    .transaction()
    .execute(async (trx) => {
      await statement.execute(trx);
      throw new Error('undone');
    })
    .catch(
      (error: { code?: string; constraint?: string }) => error.code && `${error.code} ${error.constraint}`,
    );
}

async function count(query: ReturnType<typeof sql<{ count: number }>>): Promise<number | 'denied'> {
  try {
    const { rows } = await query.execute(db);
    return rows[0]?.count ?? 0;
  } catch (error) {
    if ((error as { code?: string }).code === '42501') return 'denied'; // the database's errors have codes
    throw error;
  }
}

/** What a tenant has, in sums by table. */
async function sums(tenant: string): Promise<Record<string, string>> {
  const entries = await Promise.all(
    owned.map(async (table) => {
      const { rows } = await sql<{ sum: string }>`
        select coalesce(md5(string_agg(t::text, '|' order by t::text)), 'none') as sum
        from ${sql.table(table)} t where tenant_id = ${tenant}`.execute(db);
      return [table, rows[0]?.sum ?? ''] as const;
    }),
  );
  return Object.fromEntries(entries);
}
