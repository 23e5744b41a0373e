import { z } from '@hono/zod-openapi';

export const uuid = z.guid('expected a UUID').toLowerCase();
export const name = z.string().min(1).max(200);
export const moment = z.iso
  .datetime({ offset: true, error: 'expected a time such as 2026-01-31T12:00:00Z' })
  .transform((text) => new Date(text))
  .openapi({ type: 'string', format: 'date-time' });
export const suiteName = z.string().regex(/^[A-Za-z0-9-]{1,100}$/, 'expected letters, digits and hyphens');
export const outcomes = ['passed', 'failed', 'errored', 'stale'] as const;
export const verdicts = ['pass', 'regression', 'inconclusive'] as const;
export const formats = ['json', 'html', 'markdown', 'junit'] as const;

export const limit = z.coerce
  .number('expected a whole number')
  .int('expected a whole number')
  .min(1)
  .max(200)
  .default(50);

const summary = {
  run_id: z.uuid().describe('Of the command: the suites that it ran share it.'),
  suite: z.string(),
  graph: z.string(),
  graphs: z
    .array(z.string())
    .describe('All that its cases ask: who is held to graphs sees it where all of these are among them.'),
  version: z.string().describe('Of the graph and its agents.'),
  profile: z.string(),
  models: z.record(z.string(), z.string()),
  revision: z.string().nullable().describe('The commit; with `+` where files were changed.'),
  started_at: z.iso.datetime(),
  ended_at: z.iso.datetime(),
  cases: z.int(),
  passed: z.int().describe('Cases of which every attempt that was scored passed.'),
  failed: z.int(),
  errored: z.int(),
  stale: z.int(),
  rate: z
    .number()
    .nullable()
    .describe('The mean of the shares of attempts that passed; null: none was scored.'),
  verdict: z.enum(verdicts).nullable().describe('Null: it was compared with nothing.'),
  kept_by: z.string(),
  kept_at: z.iso.datetime(),
};
export const summarySchema = z.object(summary).openapi('EvalRun');

const comparison = z
  .looseObject({})
  .nullable()
  .describe('As a report has it, without transcripts; null: it was compared with nothing.');

export const evalSchema = z
  .object({
    run_id: z.uuid(),
    profile: z.string(),
    started_at: z.iso.datetime(),
    ended_at: z.iso.datetime(),
    exit_code: z.int().describe('0 passed, 1 regression or closed gate, 3 inconclusive, 130 interrupted.'),
    notes: z.array(z.object({ suite: z.string(), kind: z.string(), text: z.string() })),
    suites: z.array(z.object({ ...summary, comparison })),
  })
  .openapi('Eval');

export const listSchema = z
  .object({
    runs: z.array(summarySchema),
    next: z.string().nullable().describe('The `after` of the next page; null on the last.'),
  })
  .openapi('EvalPage');

export const casesSchema = z
  .object({
    cases: z.array(
      z.object({
        id: z.string(),
        hash: z.string().describe('Of what it asks and expects.'),
        outcome: z.enum(outcomes),
        tags: z.array(z.string()),
        gate: z.boolean(),
        asks: z.array(z.string()),
        attempts: z.array(z.looseObject({})).describe('With scores and transcripts, as a report has them.'),
      }),
    ),
    next: z.int().nullable().describe('The `after` of the next page; null on the last.'),
  })
  .openapi('EvalCases');

/** What is looked at closely is in `report-schema.ts`. */
export const reportBodySchema = z
  .looseObject({
    runId: z.uuid(),
    profile: z.string(),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime(),
    runs: z.array(z.looseObject({ suite: z.string() })),
    comparisons: z.array(z.looseObject({ suite: z.string() })),
    notes: z.array(z.looseObject({ suite: z.string() })),
    exitCode: z.int(),
  })
  .describe('`run.json` of `baton eval`, whole.')
  .openapi('EvalReport');
