import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Schema } from '../../../src/db/schema.ts';
import { sweepEvals } from '../../../src/db/sweep-evals.ts';
import type { EvalReport } from '../../../src/eval/comparison.ts';
import { compareKept } from '../../../src/eval/results/compare-kept.ts';
import { deleteRun } from '../../../src/eval/results/delete-run.ts';
import { keepReport } from '../../../src/eval/results/keep-report.ts';
import { listRuns } from '../../../src/eval/results/list-runs.ts';
import { readCases } from '../../../src/eval/results/read-cases.ts';
import { readHead } from '../../../src/eval/results/read-head.ts';
import { readReport, readRun } from '../../../src/eval/results/read-run.ts';
import { reportSchema } from '../../../src/eval/results/report-schema.ts';
import { asOwner, inTenant } from '../../../src/tenancy.ts';
import { makeTenant } from '../../support/people.ts';
import { makeTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { makeReport } from '../support/make-report.ts';

let made: TestDatabase;
let db: Kysely<Schema>;

beforeAll(async () => {
  made = await makeTestDatabase();
  db = made.database.db;
  for (const tenant of ['acme', 'rival']) await makeTenant({ db }, tenant);
});
afterAll(() => made.drop());

/** The same report under an id of its own. */
function another(report: EvalReport = makeReport()): EvalReport {
  const runId = randomUUID();
  return { ...report, runId, runs: report.runs.map((run) => ({ ...run, runId })) };
}

const asKept = (report: EvalReport) => JSON.parse(JSON.stringify(report)) as EvalReport; // as JSON has it
const inAcme = <T>(act: () => Promise<T>) => inTenant('acme', act);

test('a report is read as it was kept, with its transcripts and its comparisons', async () => {
  const report = another();
  await inAcme(() => keepReport(db, report));
  const read = await inAcme(() => readReport(db, report.runId));
  const bySuite = <One extends { suite: string }>(list: One[]) =>
    list.toSorted((one, other) => (one.suite < other.suite ? -1 : 1));
  const kept = asKept(report);
  expect(read).toEqual({ ...kept, runs: bySuite(kept.runs), comparisons: bySuite(kept.comparisons) });
  const [run] = report.runs;
  expect(await inAcme(() => readRun(db, report.runId, run?.suite ?? ''))).toEqual(kept.runs[0]);
});

test('a report that was written as JSON and checked is the same report', () => {
  const report = asKept(another());
  expect(reportSchema.parse(report)).toEqual(report);
});

test('a report that is kept again replaces what was kept, also when two do it at once', async () => {
  const report = another(makeReport({ cases: 6 }));
  await inAcme(() => keepReport(db, report));
  const less = {
    ...report,
    runs: report.runs.map((run) => ({ ...run, cases: run.cases.slice(0, 2) })),
    comparisons: [],
  };
  await Promise.all([1, 2, 3].map(() => inAcme(() => keepReport(db, less))));
  const runs = await inAcme(() => listRuns(db, {}, { limit: 100 }));
  const mine = runs.filter(({ run_id }) => run_id === report.runId);
  expect(mine.map(({ cases, verdict }) => [cases, verdict])).toEqual(mine.map(() => [2, null]));
  expect(mine).toHaveLength(3);
  expect((await inAcme(() => readReport(db, report.runId)))?.runs[0]?.cases).toHaveLength(2);
});

test('cases are counted by what became of them, and the rate is the mean of their shares', async () => {
  const [run] = makeReport({ cases: 4 }).runs;
  const [first] = run?.cases ?? [];
  const [attempt] = first?.attempts ?? [];
  if (!run || !first || !attempt) throw new Error('the report has no case');
  const attempts = (...outcomes: ('passed' | 'failed' | 'errored' | 'stale')[]) =>
    outcomes.map((outcome, repeat) => ({ ...attempt, repeat, outcome }));
  const cases = [
    { ...first, id: 'always', attempts: attempts('passed', 'passed', 'errored') },
    { ...first, id: 'half', attempts: attempts('passed', 'failed') },
    { ...first, id: 'away', attempts: attempts('errored', 'errored') },
    { ...first, id: 'old', attempts: attempts('errored', 'stale') },
    { ...first, id: 'never', attempts: [] },
  ];
  const report = another({ ...makeReport(), runs: [{ ...run, repeats: 3, cases }], comparisons: [] });
  await inAcme(() => keepReport(db, report));
  const [kept] = await inAcme(() => listRuns(db, { suite: run.suite }, { limit: 100 })).then((rows) =>
    rows.filter(({ run_id }) => run_id === report.runId),
  );
  expect(kept).toMatchObject({ cases: 5, passed: 1, failed: 1, errored: 2, stale: 1, rate: 0.75 });
  const failed = await inAcme(() =>
    readCases(db, { runId: report.runId, suite: run.suite, outcome: 'failed' }),
  );
  expect(failed.map(({ id, attempts: all }) => [id, all.length])).toEqual([['half', 2]]);
});

test('texts that no column of texts can hold are kept as they are', async () => {
  const strange = 'a \u0000 and half a pair \ud800';
  const [run] = makeReport({ cases: 1 }).runs;
  const [first] = run?.cases ?? [];
  const [attempt] = first?.attempts ?? [];
  const [turn] = attempt?.transcript.turns ?? [];
  if (!run || !first || !attempt || !turn) throw new Error('the report has no turn');
  const cases = [
    {
      ...first,
      asks: [strange],
      attempts: [{ ...attempt, error: strange, transcript: { turns: [{ ...turn, answer: strange }] } }],
    },
  ];
  const report = another({ ...makeReport(), runs: [{ ...run, cases }], comparisons: [] });
  await inAcme(() => keepReport(db, report));
  expect((await inAcme(() => readReport(db, report.runId)))?.runs[0]?.cases).toEqual(cases);
});

test('two kept runs are compared over the suites that both have', async () => {
  const [sound, broken] = [another(makeReport({ broken: false })), another(makeReport({ broken: true }))];
  const fewer = { ...broken, runs: broken.runs.slice(0, 1) };
  for (const report of [sound, fewer]) await inAcme(() => keepReport(db, report));
  const pair = { base: sound.runId, candidate: fewer.runId };
  const compared = await inAcme(() => compareKept(db, pair));
  expect(compared.comparisons).toMatchObject([
    { suite: 'films-routing', verdict: 'regression', before: { label: sound.runId } },
  ]);
  expect(compared.exitCode).toBe(1);
  expect(compared.notes.map(({ suite }) => suite)).toEqual(['films-search', 'support']);
  const nothing = inAcme(() => compareKept(db, { base: sound.runId, candidate: randomUUID() }));
  await expect(nothing).rejects.toMatchObject({ code: 'not-found' });
});

test('another tenant, and who is held to other graphs, finds nothing and changes nothing', async () => {
  const report = another();
  await inAcme(() => keepReport(db, report));
  const held = { tenant: 'acme', graphs: ['support'] };
  const seen = await inTenant(held, () => readReport(db, report.runId));
  expect(seen?.runs.map(({ graph }) => graph)).toEqual(['support']);
  const hidden = inTenant(held, () => keepReport(db, report));
  await expect(hidden).rejects.toMatchObject({ code: '42501' });
  await expect(
    inTenant(held, () => readCases(db, { runId: report.runId, suite: 'films-search' })),
  ).resolves.toEqual([]);

  expect(await inTenant('rival', () => readReport(db, report.runId))).toBeUndefined();
  expect(await inTenant('rival', () => deleteRun(db, report.runId))).toBe(false);
  await inTenant('rival', () => keepReport(db, { ...report, runs: report.runs.slice(0, 1) }));
  expect((await inAcme(() => readReport(db, report.runId)))?.runs).toHaveLength(3);
});

test('a run of several graphs is seen and changed by those alone who may use all of them', async () => {
  const report = another();
  const [run] = report.runs;
  if (!run) throw new Error('the report has no run');
  const mixed = {
    ...report,
    runs: [{ ...run, files: { ...run.files, 'shop/graphs/till.yaml': 'start: a', 'graphs/notes.md': '' } }],
  };
  await inAcme(() => keepReport(db, mixed));
  const as = <T>(graphs: string[], act: () => Promise<T>) => inTenant({ tenant: 'acme', graphs }, act);
  const summaries = await inAcme(() => listRuns(db, {}, { limit: 100 }));
  expect(summaries.find(({ run_id }) => run_id === report.runId)?.graphs).toEqual(['films', 'till']);

  const pair = { base: report.runId, candidate: report.runId };
  for (const graphs of [['films'], ['till'], ['support']]) {
    expect(await as(graphs, () => readReport(db, report.runId)), graphs[0]).toBeUndefined();
    expect(await as(graphs, () => readCases(db, { runId: report.runId, suite: run.suite }))).toEqual([]);
    for (const table of ['baton.eval_case', 'baton.eval_attempt'] as const)
      expect(
        await as(graphs, () =>
          db.selectFrom(table).select('suite').where('run_id', '=', report.runId).execute(),
        ),
      ).toEqual([]);
    await expect(as(graphs, () => compareKept(db, pair))).rejects.toMatchObject({ code: 'not-found' });
    expect(await as(graphs, () => deleteRun(db, report.runId))).toBe(false);
    await expect(as(graphs, () => keepReport(db, mixed))).rejects.toMatchObject({ code: '42501' });
    await expect(as(graphs, () => keepReport(db, another(mixed)))).rejects.toMatchObject({ code: '42501' });
  }
  const seen = await as(['till', 'other', 'films'], () => readReport(db, report.runId));
  expect(seen?.runs[0]?.cases).toHaveLength(run.cases.length);
  expect((await as(['till', 'films'], () => compareKept(db, pair))).runs).toHaveLength(1);
});

test('a graph that only the run before had is one of those that a report tells of', async () => {
  const report = another();
  const [run] = report.runs;
  const [comparison] = report.comparisons;
  if (!run || !comparison) throw new Error('the report compares nothing');
  const files = [{ file: 'graphs/old.yaml', removed: ['start: a'], added: [] }];
  await inAcme(() => keepReport(db, { ...report, runs: [run], comparisons: [{ ...comparison, files }] }));
  const [kept] = await inAcme(() => readHead(db, report.runId)).then((head) => head?.suites ?? []);
  expect(kept?.graphs).toEqual(['films', 'old']);
});

test('what is kept goes with all of its cases when it is deleted, and when its days are over', async () => {
  const [one, old] = [another(), another()];
  for (const report of [one, old]) await inAcme(() => keepReport(db, report));
  expect(await inAcme(() => deleteRun(db, one.runId, 'support'))).toBe(true);
  expect((await inAcme(() => readReport(db, one.runId)))?.runs).toHaveLength(2);
  expect(await inAcme(() => deleteRun(db, one.runId))).toBe(true);
  expect(await inAcme(() => deleteRun(db, one.runId))).toBe(false);

  const age = (days: number) =>
    asOwner(() =>
      db
        .updateTable('baton.eval_run')
        .set({ kept_at: new Date(Date.now() - days * 86_400_000) })
        .where('run_id', '=', old.runId)
        .execute(),
    );
  await age(9);
  await sweepEvals(db, 10, 1);
  expect(await inAcme(() => readReport(db, old.runId))).toBeDefined();
  await age(11);
  await sweepEvals(db, 10, 1);
  expect(await inAcme(() => readReport(db, old.runId))).toBeUndefined();
  const left = await asOwner(() =>
    db.selectFrom('baton.eval_attempt').select('run_id').where('run_id', '=', old.runId).execute(),
  );
  expect(left).toEqual([]);
});

test('what would take a pause to compare is refused, and says what to do', async () => {
  const report = another();
  const [run] = report.runs;
  const [first] = run?.cases ?? [];
  const [attempt] = first?.attempts ?? [];
  if (!run || !first || !attempt) throw new Error('the report has no case');
  const compare = async (runs: EvalReport['runs']) => {
    await inAcme(() => keepReport(db, { ...report, runs, comparisons: [] }));
    return inAcme(() => compareKept(db, { base: report.runId, candidate: report.runId }));
  };
  const many = Array.from({ length: 1_001 }, (_, at) => ({ ...first, id: `case-${at}`, attempts: [] }));
  await expect(compare([{ ...run, cases: many }])).rejects.toThrow('These are 1001 cases');
  const scores = [Array.from({ length: 100 }, (_, at) => ({ scorer: `s${at}`, value: 1, passed: true }))];
  const scored = many.slice(0, 201).map((one) => ({ ...one, attempts: [{ ...attempt, scores }] }));
  await expect(compare([{ ...run, cases: scored }])).rejects.toThrow('These are 20100 scores');
  const suites = Array.from({ length: 50 }, (_, at) => ({ ...run, suite: `s${at}`, cases: [] }));
  await expect(compare([run, ...suites])).rejects.toThrow('These are 51 suites');
});

test('a report that is nested deeper than anything reads, or has more in it than anything writes, is refused', () => {
  const report = asKept(another());
  const [run] = report.runs;
  const [first] = run?.cases ?? [];
  const [attempt] = first?.attempts ?? [];
  const [turn] = attempt?.transcript.turns ?? [];
  if (!run || !attempt || !turn) throw new Error('the report has no turn');
  const withRun = (more: object) => ({ ...report, runs: [{ ...run, ...more }] });
  const withAttempt = (more: object) =>
    withRun({ cases: [{ ...first, attempts: [{ ...attempt, ...more }] }] });
  const withTurn = (more: object) => withAttempt({ transcript: { turns: [{ ...turn, ...more }] } });
  const withDetails = (details: unknown) =>
    withAttempt({ scores: [[{ scorer: 'x', value: 1, passed: true, details }]] });
  const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
  const call = { agent: 'a', name: 'b', args: {}, result: '', failed: false, milliseconds: 1 };
  const fill = <Item>(length: number, item: Item) => Array<Item>(length).fill(item);
  const files = Object.fromEntries(Array.from({ length: 1_001 }, (_, at) => [`${at}.md`, '']));
  const scorers = [fill(3, 0).map((_, at) => ({ scorer: `s${at}`, value: 1, passed: true }))];
  const bad: [string, string, unknown][] = [
    ['', 'is nested more than 100 levels deep', withDetails(nested(100_000))],
    ['', 'is nested more than 100 levels deep', nested(2_000)],
    ['runs.0.files', 'expected 1000 at most', withRun({ files })],
    [
      'runs.0.files.a.md',
      'expected 500,000 characters at most',
      withRun({ files: { 'a.md': 'x'.repeat(500_001) } }),
    ],
    [
      'runs.0.cases.0.attempts.0.transcript.turns.0.calls',
      'expected 1,000 at most',
      withTurn({ calls: fill(1_001, call) }),
    ],
    [
      'runs.0.cases.0.attempts.0.transcript.turns.0.hops',
      'expected 1,000 at most',
      withTurn({ hops: fill(1_001, { from: 'a', to: 'b', brief: {} }) }),
    ],
    [
      'runs.0.cases.0.attempts.0.transcript.turns.0.answer',
      'expected 500,000 characters at most',
      withTurn({ answer: 'x'.repeat(500_001) }),
    ],
    [
      'runs.0.cases.0.attempts.0.transcript.turns',
      'expected 200 at most',
      withAttempt({ transcript: { turns: fill(201, turn) } }),
    ],
    [
      'runs.0.cases.0.attempts',
      'expected 1,000 at most',
      withRun({ cases: [{ ...first, attempts: fill(1_001, attempt) }] }),
    ],
    [
      'runs.0.cases',
      'expected 100 scorers at most, found 102',
      withRun({
        cases: Array.from({ length: 34 }, (_, at) => ({
          ...first,
          id: `c${at}`,
          attempts: [
            {
              ...attempt,
              scores: scorers.map((turns) => turns.map((one) => ({ ...one, scorer: `${one.scorer}-${at}` }))),
            },
          ],
        })),
      }),
    ],
  ];
  for (const [path, message, body] of bad) {
    const issues = reportSchema.safeParse(body).error?.issues ?? [];
    expect(issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)).toContain(
      `${path}: ${message}`,
    );
  }
  expect(reportSchema.safeParse(withDetails(nested(60))).success).toBe(true);
});

test('a report that was made up is refused where it is wrong', () => {
  const report = asKept(another());
  const [run] = report.runs;
  if (!run) throw new Error('the report has no run');
  const bad: [string, unknown][] = [
    ['runs', { ...report, runs: [] }],
    ['runs.1.suite', { ...report, runs: [run, run] }],
    ['runs.0.runId', { ...report, runs: [{ ...run, runId: randomUUID() }] }],
    ['runs.0.suite', { ...report, runs: [{ ...run, suite: '../etc' }] }],
    ['runs.0.cases', { ...report, runs: [{ ...run, cases: [run.cases[0], run.cases[0]] }] }],
    ['runs.0.cases.0.attempts.0.outcome', withAttempt({ outcome: 'great' })],
    [
      'runs.0.cases.0.attempts.0.scores.0.0.value',
      withAttempt({ scores: [[{ scorer: 'x', value: 2, passed: true }]] }),
    ],
    ['runs.0.cases.0', withAttempts(2)],
    ['exitCode', { ...report, exitCode: 7 }],
    ['startedAt', { ...report, startedAt: 'yesterday' }],
    ['', null],
  ];
  for (const [path, body] of bad) {
    const issues = reportSchema.safeParse(body).error?.issues ?? [];
    expect(
      issues.map((issue) => issue.path.join('.')),
      path,
    ).toContain(path);
  }

  function withAttempt(more: object): unknown {
    const [first] = run?.cases ?? [];
    const attempt = { ...first?.attempts[0], ...more };
    return { ...report, runs: [{ ...run, cases: [{ ...first, attempts: [attempt] }] }] };
  }

  function withAttempts(count: number): unknown {
    const [first] = run?.cases ?? [];
    const attempts = Array.from({ length: count }, () => first?.attempts[0]);
    return { ...report, runs: [{ ...run, cases: [{ ...first, attempts }] }] };
  }
});
