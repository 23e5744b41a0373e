import { z } from 'zod';
import { caseSchema, tagSchema } from './case-schema.ts';
import { expectationSchema } from './expectation-schema.ts';
import { count, share, text } from './kinds.ts';

const inside = text.describe('A path relative to the project.');

/** A suite as people write it in `evals/<name>.yaml`; `.eval.ts` says the same and more: see `SuiteSource`. */
export const suiteSchema = z.strictObject({
  description: z.string('expected a text').default('').describe('What it finds out, in one sentence.'),
  graph: text.describe('The graph that cases ask unless they name another.'),
  projectDir: inside
    .optional()
    .describe(
      "The folder with the agents, graphs and tools, relative to the project; absent: the project's own.",
    ),
  collections: z
    .record(
      z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'expected the name of a collection'),
      z.array(inside).min(1, 'expected at least one folder or file'),
      'expected { collection: [folders and files] }',
    )
    .default({})
    .describe('Folders and files to bring to collections before the first case.'),
  repeat: count.max(100, 'expected 100 at most').default(1).describe('How often each case is asked.'),
  leastEffect: share
    .default(0.02)
    .describe('The least loss of the share of cases passed that counts as a regression, from 0 to 1.'),
  tags: z.array(tagSchema).default([]).describe('Of every case.'),
  gate: z
    .boolean()
    .default(false)
    .describe('Of every case that does not say: whether one failure fails the suite.'),
  expect: expectationSchema
    .optional()
    .describe(
      'Of the last turn of every case, field by field, where that turn does not say otherwise; `not` and `safe` are of every turn.',
    ),
  from: z
    .array(text)
    .default([])
    .describe('Files of more cases, .jsonl or .csv, relative to the folder of the suite.'),
  cases: z.array(caseSchema).default([]).describe('What is asked, and what has to come of it.'),
});

export type WrittenSuite = z.input<typeof suiteSchema>;
export type CheckedSuite = z.output<typeof suiteSchema>;
