import { type Kysely, sql } from 'kysely';
import { graphsSetting, guardRows, tenantColumn, tenantRole } from '../src/db/row-security.ts';

/**
 * What evals found, what users think of turns, and how turns of users score.
 *
 * Who is held to some graphs sees nothing of the others: a run has the graphs that its cases ask, and is seen by who may use all of them. Feedback goes with its run. The scores of a turn stay when its thread is gone, since
 * they tell of a version of a graph; the words of judges, which may say again what was said, go with the run.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  for (const table of tables) await table.execute(db);
  for (const table of guarded) await guardRows(db, `baton.${table}`);
  for (const [table, seen] of ofGraphs) {
    await run(`create policy graphs_all on baton.${table} as restrictive for all to ${tenantRole}
      using (${held} is null or ${seen})`);
  }
}

const guarded = [
  'eval_run',
  'eval_case',
  'eval_attempt',
  'feedback',
  'online_score',
  'online_reason',
  'online_judgement',
];

const held = `nullif(current_setting('${graphsSetting}', true), '')`;
const among = `jsonb_exists(${held}::jsonb, graph)`;
/** In a policy, a subquery sees what the policies of its own table let it see. */
const ofRun = (table: string) => `exists (select from baton.eval_run r
  where r.tenant_id = ${table}.tenant_id and r.run_id = ${table}.run_id and r.suite = ${table}.suite)`;

const ofTurn = `exists (select from baton.run r
  where r.tenant_id = online_judgement.tenant_id and r.run_id = online_judgement.run_id)`;

const ofGraphs = [
  ['eval_run', `${held}::jsonb @> graphs`],
  ['eval_case', ofRun('eval_case')],
  ['eval_attempt', ofRun('eval_attempt')],
  ['feedback', among],
  ['online_judgement', ofTurn],
  ['online_score', among],
  [
    'online_reason',
    `exists (select from baton.online_score s
      where s.tenant_id = online_reason.tenant_id and s.run_id = online_reason.run_id and s.scorer = online_reason.scorer)`,
  ],
] as const;

const outcomes = sql.raw(`('passed', 'failed', 'errored', 'stale')`);

const tables = [
  // Keys that lead to a run of the same tenant.
  sql`alter table baton.run add unique (tenant_id, run_id)`,
  sql`create table baton.eval_run (
    ${tenantColumn},
    run_id uuid not null, -- of the command: the suites that it ran share it
    suite text not null check (suite ~ '^[A-Za-z0-9-]{1,100}$'),
    graph text not null,
    graphs jsonb not null, -- an array: those that its cases ask, and this one
    version text not null,
    profile text not null,
    models jsonb not null,
    revision text,
    started_at timestamptz not null,
    ended_at timestamptz not null,
    cases integer not null,
    passed integer not null, -- cases by what became of them
    failed integer not null,
    errored integer not null,
    stale integer not null,
    rate double precision, -- the mean of the cases' shares of attempts that passed; null: none was scored
    verdict text check (verdict in ('pass', 'regression', 'inconclusive')), -- null: compared with nothing
    report json not null, -- of the command as a whole: see KeptHead
    run json not null, -- the run without its cases
    comparison json, -- without attempts of this run
    kept_by text not null,
    kept_at timestamptz not null default now(),
    primary key (tenant_id, run_id, suite)
  )`,
  sql`create index eval_run_started on baton.eval_run (tenant_id, started_at desc, run_id desc, suite desc)`,
  sql`create index eval_run_kept on baton.eval_run (kept_at)`,
  sql`create table baton.eval_case (
    ${tenantColumn},
    run_id uuid not null,
    suite text not null,
    place integer not null, -- in the suite, from 0
    case_id text not null,
    hash text not null,
    outcome text not null check (outcome in ${outcomes}),
    head json not null, -- tags, gate, asks
    primary key (tenant_id, run_id, suite, place),
    foreign key (tenant_id, run_id, suite) references baton.eval_run on delete cascade
  )`,
  sql`create table baton.eval_attempt (
    ${tenantColumn},
    run_id uuid not null,
    suite text not null,
    place integer not null,
    repeat integer not null, -- from 0
    outcome text not null check (outcome in ${outcomes}),
    scores json not null, -- by turn
    transcript json not null,
    error json, -- why it errored or is stale: a text
    primary key (tenant_id, run_id, suite, place, repeat),
    foreign key (tenant_id, run_id, suite, place) references baton.eval_case on delete cascade
  )`,
  sql`create table baton.feedback (
    ${tenantColumn},
    feedback_id uuid not null default gen_random_uuid(),
    run_id uuid not null,
    thread_id uuid not null,
    message_id text, -- that it is about, where one was named
    graph text not null,
    version text not null,
    agent text not null, -- who answered; empty: nobody did
    key text not null, -- what is judged: thumb, or a name of the client's
    score double precision not null,
    comment text,
    giver_kind text not null,
    giver text not null, -- the id of a key or a user
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, feedback_id),
    unique (tenant_id, run_id, giver_kind, giver, key, agent),
    foreign key (tenant_id, run_id) references baton.run (tenant_id, run_id) on delete cascade
  )`,
  sql`create index feedback_created on baton.feedback (tenant_id, created_at desc, feedback_id desc)`,
  sql`create table baton.online_score (
    ${tenantColumn},
    run_id uuid not null, -- of a turn; it may be gone
    scorer text not null,
    graph text not null,
    version text not null,
    agent text not null, -- who answered; empty: nobody did
    value double precision not null,
    scored_at timestamptz not null default now(),
    primary key (tenant_id, run_id, scorer)
  )`,
  sql`create index online_score_scored on baton.online_score (tenant_id, scored_at)`,
  sql`create index online_score_age on baton.online_score (scored_at)`,
  sql`create table baton.online_judgement (
    ${tenantColumn},
    run_id uuid not null,
    judge text not null,
    held_until timestamptz not null, -- nobody else judges the turn until then; infinity: it is done
    primary key (tenant_id, run_id, judge),
    foreign key (tenant_id, run_id) references baton.run (tenant_id, run_id) on delete cascade
  )`,
  sql`create table baton.online_reason (
    ${tenantColumn},
    run_id uuid not null,
    scorer text not null,
    why json not null, -- a text
    primary key (tenant_id, run_id, scorer),
    foreign key (tenant_id, run_id) references baton.run (tenant_id, run_id) on delete cascade
  )`,
];
