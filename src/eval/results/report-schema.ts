import { z } from 'zod';
import type { Comparison, EvalReport } from '../comparison.ts';
import type { SuiteRun } from '../suite-run.ts';
import { attemptSchema } from './attempt-schema.ts';

const name = z.string().min(1).max(200);
const count = z.int().min(0).max(1_000_000);
const share = z.number().min(0).max(1);
const moment = z.iso.datetime({ offset: true });
const suiteName = z.string().regex(/^[A-Za-z0-9-]{1,100}$/, 'expected letters, digits and hyphens');
const sentences = z.array(z.string());
const someName = z.string().max(500);

const caseHead = {
  id: z.string().regex(/^[A-Za-z0-9._-]{1,200}$/, 'expected letters, digits, dots, underscores and hyphens'),
  tags: z.array(someName),
  gate: z.boolean(),
  asks: sentences,
};

const runSchema = z.object({
  format: z.literal(1),
  runId: z.guid('expected a UUID').toLowerCase(),
  suite: suiteName,
  description: z.string(),
  graph: name,
  version: name,
  files: z.record(z.string().max(1_000), z.string()),
  profile: name,
  models: z.record(name, someName),
  deterministic: z.boolean(),
  leastEffect: share,
  revision: someName.nullable(),
  startedAt: moment,
  endedAt: moment,
  repeats: count,
  cases: z.array(z.object({ ...caseHead, hash: name, attempts: z.array(attemptSchema).max(1_000) })),
  interrupted: z.boolean(),
}) satisfies z.ZodType<SuiteRun>;

const changeSchema = z.object({
  before: z.number(),
  after: z.number(),
  difference: z.object({ mean: z.number(), low: z.number(), high: z.number(), chance: z.number() }),
  adjusted: z.number(),
  method: z.enum(['mcnemar', 'bootstrap']),
  worse: z.boolean(),
  better: z.boolean(),
});

const sideSchema = z.object({
  label: z.string(),
  version: z.string(),
  revision: z.string().nullable(),
  rate: z.object({ passed: z.number(), count: z.number(), low: share, high: share }),
  errored: count,
  stale: count,
});

const caseChangeSchema = z.object({
  ...caseHead,
  before: share.nullable(),
  after: share,
  beforeAttempt: attemptSchema.nullable(),
  afterAttempt: attemptSchema,
  hop: z
    .object({
      turn: count,
      at: count,
      from: z.string(),
      before: z.string().nullable(),
      after: z.string().nullable(),
    })
    .exactOptional(),
  suspects: sentences,
});

const comparisonSchema = z.object({
  suite: suiteName,
  verdict: z.enum(['pass', 'regression', 'inconclusive']),
  reasons: sentences,
  before: sideSchema,
  after: sideSchema,
  passing: changeSchema.nullable(),
  metrics: z.array(changeSchema.extend({ name: z.string(), direction: z.enum(['higher', 'lower']) })),
  lost: z.array(caseChangeSchema),
  won: z.array(caseChangeSchema),
  gates: z.array(caseChangeSchema),
  cases: z.object({ same: count, changed: sentences, added: sentences, removed: sentences }),
  files: z.array(z.object({ file: z.string(), removed: sentences, added: sentences })),
}) satisfies z.ZodType<Comparison>;

const shape = z.object({
  runId: z.guid('expected a UUID').toLowerCase(),
  profile: name,
  startedAt: moment,
  endedAt: moment,
  runs: z.array(runSchema).min(1, 'expected at least one run').max(200),
  comparisons: z.array(comparisonSchema).max(200),
  notes: z
    .array(
      z.object({ suite: z.string(), kind: z.enum(['no-baseline', 'skipped', 'note']), text: z.string() }),
    )
    .max(1_000),
  exitCode: z.literal([0, 1, 2, 3, 130]),
}) satisfies z.ZodType<EvalReport>;

/** A report as a command writes it, `run.json`, from somebody who may have written it otherwise. What it does not know is left out. */
export const reportSchema = shape.superRefine(({ runId, runs }, context) => {
  const suites = new Set<string>();
  for (const [at, run] of runs.entries()) {
    const path = ['runs', at];
    if (run.runId !== runId)
      context.addIssue({ code: 'custom', path: [...path, 'runId'], message: 'is not the report’s' });
    if (suites.has(run.suite))
      context.addIssue({ code: 'custom', path: [...path, 'suite'], message: 'comes twice' });
    suites.add(run.suite);
    const ids = new Set(run.cases.map(({ id }) => id));
    if (ids.size < run.cases.length)
      context.addIssue({ code: 'custom', path: [...path, 'cases'], message: 'two cases have one id' });
    for (const [place, { attempts }] of run.cases.entries()) {
      const repeats = new Set(attempts.map(({ repeat }) => repeat));
      if (repeats.size < attempts.length)
        context.addIssue({
          code: 'custom',
          path: [...path, 'cases', place],
          message: 'a repeat comes twice',
        });
    }
  }
});
