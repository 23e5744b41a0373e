import { randomUUID } from 'node:crypto';
import { Client } from '@langchain/langgraph-sdk';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openContext } from '../../../src/app-context.ts';
import { sweepEvals } from '../../../src/db/sweep-evals.ts';
import { claimJudgement, closeJudgement } from '../../../src/eval/online/claim-judgement.ts';
import { judgeRun } from '../../../src/eval/online/judge-run.ts';
import type { OnlineRules } from '../../../src/eval/online/online-rules.ts';
import { scoreRun } from '../../../src/eval/online/score-run.ts';
import { openLog } from '../../../src/log.ts';
import { asOwner, inTenant } from '../../../src/tenancy.ts';
import { ask, watch } from '../../support/ask.ts';
import { bearer, giveKey } from '../../support/give-key.ts';
import { testConfig } from '../../support/open-test-context.ts';
import { makeTenant, send, withAuth } from '../../support/people.ts';
import { saying } from '../../support/run-desk.ts';
import { call, say, scriptedModel, transfer } from '../../support/scripted-model.ts';
import { startService, type TestService } from '../../support/start-service.ts';
import { agentText, makeProject, type TempProject } from '../../support/temp-project.ts';
import { makeTestDatabase } from '../../support/test-database.ts';

const rules = `graphs:
  judged:
    sample: 1
    judges:
      - { name: tone, criteria: tone }
  quiet: { sample: 0 }
`;

/** Roles that a model plays which can judge; what it says is scripted. */
const settings = { ...withAuth, BATON_EVAL_SAMPLE: '1', OPENAI_API_KEY: 'sk-for-nobody-at-all' };

let project: TempProject;
let service: TestService;
let member: string;

beforeAll(async () => {
  const graph =
    'start: triage\nagents: [triage, clerk]\nhandoffs: { triage: { clerk: it is about an order } }\n';
  project = await makeProject({
    'graphs/desk.yaml': graph,
    'graphs/judged.yaml': graph,
    'graphs/quiet.yaml': graph,
    'agents/triage.md': agentText('You sort.'),
    'agents/clerk.md': agentText('You know orders.'),
    'evals/online.yaml': rules,
  });
  service = await startService({ project: project.dir, settings });
  for (const tenant of ['acme', 'rival']) await makeTenant(service.context, tenant);
  member = await giveKey(service.context, 'acme');
});
afterAll(async () => {
  await service.stop();
  await project.remove();
});

const clientOf = (key: string) =>
  new Client({
    apiUrl: service.url,
    apiKey: null,
    defaultHeaders: bearer(key),
    callerOptions: { maxRetries: 0 },
  });

/** A turn that is over, in which `triage` hands over to `clerk`. */
async function haveTurn(graph: string, steps = [transfer('clerk'), say('It is on its way.')]) {
  const model = service.script(...steps);
  const client = clientOf(member);
  const { thread_id: threadId } = await client.threads.create();
  await client.runs.wait(threadId, graph, { input: saying('Where is my order?'), raiseError: false });
  const [run] = await client.runs.list(threadId);
  return { threadId, runId: run?.run_id ?? '', model, client };
}

async function scoresOf(runId: string): Promise<Record<string, number>> {
  const rows = await inTenant('acme', () =>
    service.context.db.selectFrom('baton.online_score').selectAll().where('run_id', '=', runId).execute(),
  );
  return Object.fromEntries(rows.map(({ scorer, value }) => [scorer, value]));
}

/** Until it is scored. */
async function scored(runId: string, scorer = 'answered'): Promise<Record<string, number>> {
  await expect.poll(() => scoresOf(runId), { timeout: 15_000 }).toHaveProperty([scorer]);
  return scoresOf(runId);
}

test('a turn that ended is scored, with its version and who answered', async () => {
  const { runId } = await haveTurn('desk');
  expect(await scored(runId)).toMatchObject({
    answered: 1,
    refused: 0,
    hops: 1,
    wasted: 0,
    repairs: 0,
    tokens: 30,
  });
  const rows = await inTenant('acme', () =>
    service.context.db
      .selectFrom('baton.online_score as s')
      .innerJoin('baton.run as r', 'r.run_id', 's.run_id')
      .select(['s.graph', 's.version', 's.agent', 'r.graph_version'])
      .where('s.run_id', '=', runId)
      .execute(),
  );
  for (const row of rows)
    expect(row).toMatchObject({ graph: 'desk', agent: 'clerk', version: row.graph_version });
});

test('a turn that failed is scored as one, and one of a graph that is left out is not', async () => {
  const failed = await haveTurn('desk', [
    () => {
      throw new Error('a mistake of ours');
    },
  ] as never);
  const quiet = await haveTurn('quiet');
  const after = await haveTurn('desk');
  expect(await scored(failed.runId)).toMatchObject({ answered: 0, 'error:internal': 1 });
  await scored(after.runId); // jobs are done in order
  expect(await scoresOf(quiet.runId)).toEqual({});
});

test('a judge reads a turn, and what that takes is the tenant’s and the graph’s, and nobody’s own', async () => {
  const verdict = call('give_score', {
    reasoning: 'It is polite. The key is sk-abcdefghijklmnop.',
    score: 0.75,
  });
  const { runId, model } = await haveTurn('judged', [transfer('clerk'), say('It is on its way.'), verdict]);
  expect(await scored(runId, 'judge:tone')).toMatchObject({ answered: 1, 'judge:tone': 0.75 });
  expect(JSON.stringify(model.requests.at(-1))).toContain('It is on its way.');
  const { db, ledger } = service.context;
  await ledger.flush();
  const [calls, reasons] = await inTenant('acme', async () => [
    await db.selectFrom('baton.model_call').selectAll().where('agent', '=', 'judge:tone').execute(),
    await db
      .selectFrom('baton.online_reason')
      .select(['scorer', 'why'])
      .where('run_id', '=', runId)
      .execute(),
  ]);
  expect(calls).toMatchObject([
    { run_id: null, thread_id: null, graph: 'judged', user_id: null, api_key_id: null },
  ]);
  expect(reasons).toEqual([{ scorer: 'judge:tone', why: 'It is polite. The key is sk-[redacted].' }]);
});

test('a judge that gave no reply is asked again, one that was read is not, and one whose budget is spent is not asked', async () => {
  const away = () => {
    throw new Error('away');
  };
  const { runId } = await haveTurn('desk');
  await scored(runId);
  const { context } = service;
  const all = {
    graphs: { desk: { judges: [judge('tone'), judge('late'), judge('dear')] } },
  } satisfies OnlineRules;
  const { signal } = new AbortController();
  const read = (name: string) =>
    inTenant('acme', () => judgeRun(context, all, { runId, judge: name }, signal));

  const model = service.script(away as never, call('give_score', { reasoning: 'Fine.', score: 1 }));
  await expect(read('late')).rejects.toThrow('away');
  await read('late');
  await read('late');
  expect(model.requests).toHaveLength(2);
  expect(await scoresOf(runId)).toMatchObject({ 'judge:late': 1 });

  const unread = service.script(say('I like it.'), say('I do.'));
  await read('tone');
  expect(unread.requests).toHaveLength(2);

  const admin = await giveKey(context, 'acme', { role: 'admin' });
  const budget = await send<{ id: string }>(service, 'POST', '/api/v1/budgets', {
    headers: bearer(admin),
    body: { scope: 'graph', subject: 'desk', limit_tokens: 1 },
  });
  expect(budget.status).toBe(201);
  const unasked = service.script();
  await read('dear');
  expect(unasked.requests).toHaveLength(0);
  expect(await scoresOf(runId)).not.toHaveProperty('judge:dear');
  await send(service, 'DELETE', `/api/v1/budgets/${budget.body.id}`, { headers: bearer(admin) });
  await read('nobody');
});

const judge = (name: string) => ({ name, criteria: 'The answer is short.', roles: ['fast' as const] });

test('of two deliveries of one job, at a time or one after the other, one has the turn judged', async () => {
  const { runId } = await haveTurn('desk');
  await scored(runId);
  const all = { graphs: { desk: { judges: [judge('once')] } } } satisfies OnlineRules;
  const { signal } = new AbortController();
  const read = () => inTenant('acme', () => judgeRun(service.context, all, { runId, judge: 'once' }, signal));
  const verdict = call('give_score', { reasoning: 'Fine.', score: 1 });
  const model = service.script(verdict, verdict, verdict);
  await Promise.all([read(), read()]);
  await read();
  expect(model.requests).toHaveLength(1);
  expect(await scoresOf(runId)).toMatchObject({ 'judge:once': 1 });
});

test('a judge whose process died is asked again when its time is over', async () => {
  const { runId } = await haveTurn('desk');
  await scored(runId);
  const { db } = service.context;
  const judgement = { runId, judge: 'left' };
  const claim = () => inTenant('acme', () => claimJudgement(db, judgement));
  expect([await claim(), await claim()]).toEqual([true, false]);
  await asOwner(() =>
    sql`update baton.online_judgement set held_until = now() - interval '1 s' where run_id = ${runId}`.execute(
      db,
    ),
  );
  expect([await claim(), await claim()]).toEqual([true, false]);
  await inTenant('acme', () => closeJudgement(db, judgement));
  expect(await claim()).toBe(false);
  expect(await inTenant('rival', () => claimJudgement(db, judgement))).toBe(false);
});

test('what is tried again, or by two at once, is scored and counted once', async () => {
  const { runId } = await haveTurn('desk');
  await scored(runId);
  const before = await scoresOf(runId);
  const count = async () => {
    const { values } = await service.context.metrics.onlineScores.get();
    return values
      .filter(({ metricName }) => metricName?.endsWith('_count'))
      .reduce((sum, { value }) => sum + value, 0);
  };
  const counted = await count();
  const again = () => inTenant('acme', () => scoreRun(service.context, { graphs: {} }, runId));
  await Promise.all([again(), again(), again()]);
  expect(await scoresOf(runId)).toEqual(before);
  expect(await count()).toBe(counted);
});

test('a turn that is gone is passed over, and of one that goes the reasons go and the figures stay', async () => {
  await inTenant('acme', () => scoreRun(service.context, { graphs: {} }, randomUUID()));
  const verdict = call('give_score', { reasoning: 'It says: on its way.', score: 0.5 });
  const { threadId, runId, client } = await haveTurn('judged', [
    transfer('clerk'),
    say('It is on its way.'),
    verdict,
  ]);
  await scored(runId, 'judge:tone');
  await client.threads.delete(threadId);
  expect(await scoresOf(runId)).toMatchObject({ 'judge:tone': 0.5 });
  const left = await asOwner(() =>
    service.context.db.selectFrom('baton.online_reason').selectAll().where('run_id', '=', runId).execute(),
  );
  expect(left).toEqual([]);
  await inTenant('acme', () => scoreRun(service.context, { graphs: {} }, runId));
});

test('scores are summed up by version and scorer, and by day, for members alone, and are nobody else’s', async () => {
  const { runId } = await haveTurn('desk');
  await scored(runId);
  await asOwner(() =>
    sql`update baton.online_score set scored_at = '2026-01-02T03:04:05Z' where run_id = ${runId}`.execute(
      service.context.db,
    ),
  );
  const get = (query: string, key = member) =>
    send<{ rows: Record<string, unknown>[] }>(service, 'GET', `/api/v1/evals/online${query}`, {
      headers: bearer(key),
    });
  const days = await get('?graph=desk&scorer=hops&by=day');
  expect(days.body.rows[0]).toEqual({
    graph: 'desk',
    version: expect.stringMatching(/^[0-9a-f]+$/),
    scorer: 'hops',
    day: '2026-01-02',
    count: 1,
    mean: 1,
    least: 1,
    median: 1,
    most: 1,
  });
  expect(days.body.rows.length).toBeGreaterThan(1);
  const all = await get('?graph=desk&scorer=hops');
  expect(all.body.rows).toHaveLength(1);
  const sum = days.body.rows.reduce((total, { count }) => total + Number(count), 0);
  expect(all.body.rows[0]).toMatchObject({ count: sum });
  expect(
    (await get('?graph=desk&until=2026-01-03T00:00:00Z&agent=clerk')).body.rows.every(
      ({ count }) => count === 1,
    ),
  ).toBe(true);
  expect((await get('?graph=desk&until=2026-01-01T00:00:00Z')).body.rows).toEqual([]);
  for (const query of ['?by=week', '?since=monday', '?version=', '?tenant=rival'])
    expect((await get(query)).status, query).toBe(400);

  expect((await get('', await giveKey(service.context, 'rival', { role: 'admin' }))).body.rows).toEqual([]);
  const held = await giveKey(service.context, 'acme', { graphs: ['judged'] });
  expect(new Set((await get('', held)).body.rows.map(({ graph }) => graph))).toEqual(new Set(['judged']));
  expect((await get('', await giveKey(service.context, 'acme', { role: 'viewer' }))).status).toBe(403);

  await sweepEvals(service.context.db, 10, 2);
  expect(await scoresOf(runId)).toEqual({});
});

test('scores are told to whoever watches the service', async () => {
  const text = await service.context.metrics.registry.metrics();
  expect(text).toMatch(/baton_eval_online_score_count\{graph="desk",scorer="answered"\} \d+/);
});

test('a turn whose process was gone before it was scored is scored by the next, once', async () => {
  const made = await makeTestDatabase();
  const first = await openContext(testConfig(project.dir), openLog('silent', false), {
    database: { ...made.database, close: async () => undefined },
    chat: scriptedModel([transfer('clerk'), say('It is on its way.')]),
  });
  first.turns.isSampled = () => true; // it scores nothing itself
  const { runId } = await inTenant('local', async () => {
    const ids = await ask(first, 'Where is my order?', { graph: 'desk' });
    await watch(first, ids);
    return ids;
  });
  await first.close(0);
  const second = await startService({ project: project.dir, made });
  const count = () =>
    inTenant('local', async () => {
      const rows = await second.context.db
        .selectFrom('baton.online_score')
        .select('scorer')
        .where('run_id', '=', runId)
        .where('scorer', '=', 'answered')
        .execute();
      return rows.length;
    });
  await expect.poll(count, { timeout: 15_000 }).toBe(1);
  await second.stop();
  await made.drop();
});
