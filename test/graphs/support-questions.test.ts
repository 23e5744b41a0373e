import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AppContext } from '../../src/app-context.ts';
import { makeKey } from '../../src/identity/make-key.ts';
import { type Caller, inTenant, localTenant } from '../../src/tenancy.ts';
import { ask, watch } from '../support/ask.ts';
import {
  type Asked,
  askDesk,
  isCited,
  isFound,
  isHonest,
  isRight,
  isRouted,
  type Library,
  openLibrary,
  type Question,
  readQuestions,
  tell,
} from './support/questions.ts';

const questions = readQuestions('support-questions.yaml');
const caller: Caller = { tenant: localTenant, kind: 'local', id: 'local', name: 'local', role: 'admin' };

let library: Library;
let context: AppContext;

beforeAll(async () => {
  library = await openLibrary('baton-docs', ['docs']);
  context = library.context;
  await fillAccount();
}, 300_000);
afterAll(() => library.close());

const asMember = <T>(act: () => Promise<T>) => inTenant({ tenant: localTenant, caller }, act);

function of(agent: string, declines = false): Question[] {
  return questions.filter((one) => one.agent?.includes(agent) && one.declines === declines);
}

async function askAll(some: Question[]): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (const one of some) asked.push(await asMember(() => askDesk(context, 'support', one)));
  return asked;
}

/** A key, a budget, calls of a dear model, and a run that failed. */
async function fillAccount(): Promise<void> {
  const { db } = context;
  await makeKey(db, 'command', localTenant, { name: 'robot', role: 'member' });
  const [threadId, runId] = [randomUUID(), randomUUID()];
  await db
    .insertInto('baton.thread')
    .values({ thread_id: threadId, graph: 'support', metadata: '{}' })
    .execute();
  await db
    .insertInto('baton.run')
    .values({
      run_id: runId,
      thread_id: threadId,
      graph: 'support',
      status: 'error',
      input: '{}',
      kwargs: '{}',
      metadata: '{}',
      multitask_strategy: 'enqueue',
    })
    .execute();
  await db
    .insertInto('baton.ticket')
    .values({
      thread_id: threadId,
      run_id: runId,
      agent: 'escalation',
      summary: 'x',
      urgency: 'low',
      contact: null,
    })
    .execute();
  await sql`insert into baton.budget (scope, subject, period, unit, most) values ('tenant', '*', 'month', 'usd', 250000000000)`.execute(
    db,
  );
  await sql`insert into baton.model_call (call_id, kind, role, provider, model, input_tokens, output_tokens, cost_nano, outcome, expires_at)
    values (gen_random_uuid(), 'chat', 'careful', 'openai', 'grand-1', 1000, 300, 53750000000, 'ok', now())`.execute(
    db,
  );
}

/** Figures of the account, as another query than the agent's has them. */
async function figures(): Promise<Record<string, number>> {
  await context.ledger.flush();
  const { rows } = await sql<Record<string, number>>`select
    (select count(distinct thread_id)::int from baton.run) as threads,
    (select count(run_id)::int from baton.run) as runs,
    (select coalesce(sum(case status when 'error' then 1 when 'timeout' then 1 else 0 end), 0)::int from baton.run) as failed,
    (select sum(cost_nano)::float8 / 1e9 from baton.model_call) as dollars,
    (select (sum(input_tokens) + sum(output_tokens))::int from baton.model_call) as tokens,
    (select count(ticket_id)::int from baton.ticket where answered_at is null and closed_at is null) as tickets`.execute(
    context.db,
  );
  return rows[0] ?? {};
}

test('there are enough questions of each kind', () => {
  expect(of('support-knowledge').length).toBeGreaterThanOrEqual(40);
  expect(of('support-knowledge', true).length).toBeGreaterThanOrEqual(15);
  expect(of('account').length).toBeGreaterThanOrEqual(10);
  expect(of('escalation').length).toBeGreaterThanOrEqual(5);
});

test('questions about Baton are answered from the page that answers, with its citation', async () => {
  const asked = await askAll(of('support-knowledge'));
  const routed = tell('routed right', asked, isRouted);
  const found = tell('a page that answers found', asked, isFound);
  const honest = tell('no other page cited', asked, isHonest);
  const cited = tell('the right page cited', asked, isCited);
  const right = tell('with the words that answer', asked, isRight);
  expect(routed).toBeGreaterThanOrEqual(0.95);
  expect(found).toBeGreaterThanOrEqual(0.9);
  expect(honest).toBeGreaterThanOrEqual(0.9);
  expect(cited).toBeGreaterThanOrEqual(0.8);
  expect(right).toBeGreaterThanOrEqual(0.65);
}, 300_000);

test('what the pages cannot answer is declined', async () => {
  const asked = await askAll(of('support-knowledge', true));
  expect(tell('declined right', asked, ({ declined }) => declined)).toBeGreaterThanOrEqual(0.9);
}, 300_000);

test('questions about the account are answered from it, with the figures of the moment', async () => {
  const asked: (Asked & { low: Record<string, number>; high: Record<string, number> })[] = [];
  for (const one of of('account')) {
    const low = await figures();
    const answered = await asMember(() => askDesk(context, 'support', one));
    asked.push({ ...answered, low, high: await figures() });
  }
  const isTrue = (one: Asked) => {
    const { low, high } = one as (typeof asked)[number]; // the list is made of these
    return one.expect.every((text) => {
      const name = /^\{(\w+)\}$/.exec(text)?.[1];
      if (!name) return one.said.includes(text);
      const numbers = [...one.said.matchAll(/\d+(?:\.\d+)?/g)].map(([number]) => Number(number));
      return numbers.some(
        (number) => number >= (low[name] ?? 0) - 0.0001 && number <= (high[name] ?? 0) + 0.0001,
      );
    });
  };
  const routed = tell('account: routed right', asked, isRouted);
  const right = tell('account: answered right', asked, isTrue);
  expect([routed, right]).toEqual([1, 1]);
}, 120_000);

test('who wants a person has a ticket, and asking again in the same thread brings no second', async () => {
  const asked = await askAll(of('escalation'));
  expect(tell('handed to a person', asked, (one) => isRouted(one) && one.said.includes('ticket'))).toBe(1);
  const threads = await context.db.selectFrom('baton.ticket').select('thread_id').execute();
  const threadId = threads.at(-1)?.thread_id ?? '';
  const again = await asMember(async () =>
    watch(context, await ask(context, 'I want to talk to a person', { graph: 'support', threadId })),
  );
  expect(again.at(-1)).toMatchObject({
    type: 'turn-end',
    answer: { content: expect.stringContaining('which is still open') },
  });
  const after = await context.db.selectFrom('baton.ticket').select('thread_id').execute();
  expect(after).toHaveLength(threads.length);
}, 120_000);
