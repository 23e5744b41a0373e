import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { AppContext } from '../src/app-context.ts';
import { defineSuite } from '../src/eval/suites/define-suite.ts';
import { makeKey } from '../src/identity/make-key.ts';
import { localTenant } from '../src/tenancy.ts';

const path = ['support-triage', 'account'];

/** Figures move while the suite runs: they are compared with what a statement, on purpose another one than the agent's examples, finds then. */
export const suite = defineSuite({
  description: "Questions about the asker's own account, whose figures move with every turn.",
  graph: 'support',
  collections: { 'baton-docs': ['docs/money.md'] },
  expect: { path },
  tags: ['account'],
  setup: fillAccount,
  cases: [
    figure('threads', 'How many threads do I have?', 'select count(distinct thread_id) from thread'),
    figure('runs', 'How many runs does my tenant have in all?', 'select count(run_id) from run'),
    figure(
      'failed-runs',
      'How many of my runs have failed?',
      "select sum(case status when 'error' then 1 when 'timeout' then 1 else 0 end) from run",
      ['1'],
    ),
    {
      id: 'dollars',
      ask: 'How much did we spend this month?',
      expect: {
        sql: {
          gold: "select round(sum(cost_usd), 4) from spend where started_at >= date_trunc('month', now())",
          schema: 'account',
          extraColumns: true,
        },
      },
    },
    {
      id: 'dearest-model',
      ask: 'Which model costs us the most?',
      expect: { facts: ['grand-1'], calls: ['run_account_sql'] },
    },
    figure(
      'tokens',
      'How many tokens did we use this month?',
      "select sum(input_tokens) + sum(output_tokens) from spend where started_at >= date_trunc('month', now())",
    ),
    {
      id: 'budgets',
      ask: 'What budgets do we have?',
      expect: { facts: ['250'], calls: ['run_account_sql'] },
    },
    {
      id: 'keys',
      ask: 'Which API keys does my tenant have?',
      expect: { facts: ['robot'], calls: ['run_account_sql'] },
    },
    figure(
      'documents',
      'How many documents does each collection have?',
      'select collection, count(document_id) from document group by 1',
      ['baton-docs'],
    ),
    figure(
      'open-tickets',
      'How many tickets are open?',
      'select count(ticket_id) from ticket where answered_at is null and closed_at is null',
      ['1'],
    ),
  ],
});

function figure(id: string, ask: string, gold: string, facts?: string[]) {
  return { id, ask, expect: { sql: { gold, schema: 'account' }, ...(facts && { facts }) } };
}

/** A key, a budget, a call of a dear model, a run that failed, and its ticket. */
async function fillAccount({ db }: AppContext): Promise<void> {
  await makeKey(db, 'command', localTenant, { name: 'robot', role: 'member' });
  const [thread_id, run_id] = [randomUUID(), randomUUID()];
  await db.insertInto('baton.thread').values({ thread_id, graph: 'support', metadata: '{}' }).execute();
  const turn = { input: '{}', kwargs: '{}', metadata: '{}', multitask_strategy: 'enqueue' } as const;
  await db
    .insertInto('baton.run')
    .values({ run_id, thread_id, graph: 'support', status: 'error', ...turn })
    .execute();
  await db
    .insertInto('baton.ticket')
    .values({ thread_id, run_id, agent: 'escalation', summary: 'x', urgency: 'low', contact: null })
    .execute();
  await sql`insert into baton.budget (scope, subject, period, unit, most)
    values ('tenant', '*', 'month', 'usd', 250000000000)`.execute(db);
  await sql`insert into baton.model_call
    (call_id, kind, role, provider, model, input_tokens, output_tokens, cost_nano, outcome, expires_at)
    values (gen_random_uuid(), 'chat', 'careful', 'openai', 'grand-1', 1000, 300, 53750000000, 'ok', now())`.execute(
    db,
  );
}
