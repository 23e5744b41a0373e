import { z } from 'zod';
import type { Comparison, EvalReport } from '../comparison.ts';
import type { CaseRun, SuiteRun } from '../suite-run.ts';
import { attemptSchema, mostScorers } from './attempt-schema.ts';
import { list, shallow, text } from './bounded.ts';

const name = z.string().min(1).max(200);
const count = z.int().min(0).max(1_000_000);
const share = z.number().min(0).max(1);
const moment = z.iso.datetime({ offset: true });
const suiteName = z.string().regex(/^[A-Za-z0-9-]{1,100}$/, 'expected letters, digits and hyphens');
const someName = z.string().max(500);
const fileName = z.string().max(1_000);
const mostCases = 20_000;
const mostFiles = 1_000;

const caseHead = {
  id: z.string().regex(/^[A-Za-z0-9._-]{1,200}$/, 'expected letters, digits, dots, underscores and hyphens'),
  tags: list(someName, 200),
  gate: z.boolean(),
  asks: list(text, 1_000),
};

const runSchema = z.object({
  format: z.literal(1),
  runId: z.guid('expected a UUID').toLowerCase(),
  suite: suiteName,
  description: text,
  graph: name,
  version: name,
  files: z
    .record(fileName, text)
    .refine((files) => Object.keys(files).length <= mostFiles, `expected ${mostFiles} at most`),
  profile: name,
  models: z.record(name, someName),
  deterministic: z.boolean(),
  leastEffect: share,
  revision: someName.nullable(),
  startedAt: moment,
  endedAt: moment,
  repeats: count,
  cases: list(z.object({ ...caseHead, hash: name, attempts: list(attemptSchema, 1_000) }), mostCases),
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
  label: text,
  version: someName,
  revision: someName.nullable(),
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
      from: text,
      before: text.nullable(),
      after: text.nullable(),
    })
    .exactOptional(),
  suspects: list(fileName, mostFiles),
});

const ids = list(someName, mostCases);
const sentences = list(text, 100_000);

const comparisonSchema = z.object({
  suite: suiteName,
  verdict: z.enum(['pass', 'regression', 'inconclusive']),
  reasons: list(text, 1_000),
  before: sideSchema,
  after: sideSchema,
  passing: changeSchema.nullable(),
  metrics: list(
    changeSchema.extend({ name: someName, direction: z.enum(['higher', 'lower']) }),
    mostScorers + 20,
  ),
  lost: list(caseChangeSchema, mostCases),
  won: list(caseChangeSchema, mostCases),
  gates: list(caseChangeSchema, mostCases),
  cases: z.object({ same: count, changed: ids, added: ids, removed: ids }),
  files: list(z.object({ file: fileName, removed: sentences, added: sentences }), 2 * mostFiles),
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
      z.object({
        suite: z.string(),
        kind: z.enum(['no-baseline', 'no-suite', 'skipped', 'note']),
        text: z.string(),
      }),
    )
    .max(1_000),
  exitCode: z.literal([0, 1, 2, 3, 130]),
}) satisfies z.ZodType<EvalReport>;

const checked = shape.superRefine(({ runId, runs }, context) => {
  const suites = new Set<string>();
  for (const [at, run] of runs.entries()) {
    const path = ['runs', at];
    if (run.runId !== runId)
      context.addIssue({ code: 'custom', path: [...path, 'runId'], message: 'is not the report’s' });
    if (suites.has(run.suite))
      context.addIssue({ code: 'custom', path: [...path, 'suite'], message: 'comes twice' });
    suites.add(run.suite);
    const scorers = new Set(run.cases.flatMap(scorersOf));
    if (scorers.size > mostScorers)
      context.addIssue({
        code: 'custom',
        path: [...path, 'cases'],
        message: `expected ${mostScorers} scorers at most, found ${scorers.size}`,
      });
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

function scorersOf({ attempts }: CaseRun): string[] {
  return attempts.flatMap(({ scores }) => scores.flat().map(({ scorer }) => scorer));
}

/**
 * A report as a command writes it, `run.json`, from somebody who may have written it otherwise. What it does not know is left out. Depth and numbers
 * have bounds, since nothing else is answered while it is compared and shown.
 */
export const reportSchema = shallow.pipe(checked);
