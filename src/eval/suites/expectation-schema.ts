import { z } from 'zod';
import { pathModes } from '../scorers/match-path.ts';
import { callSchema, callsSchema } from './call-schema.ts';
import { judgesSchema } from './judge-schema.ts';
import { count, oneOrMany, share, text, texts, values, whole } from './kinds.ts';
import { whyNoPattern } from './why-no-pattern.ts';
import { whyNoSchema } from './why-no-schema.ts';

const path = z.array(text).min(1, 'expected at least one agent');

const pathSchema = z.union(
  [
    path,
    z.strictObject({
      any: z.array(path).min(1, 'expected at least one path').describe('Paths, one of which is enough.'),
      mode: z.enum(pathModes, `expected ${pathModes.join(', ')}`).default('strict'),
      wasted: z.number().int().min(0).optional().describe('How many hops more than the shortest may be.'),
    }),
  ],
  'expected a list of agents or { any: [[agents], [agents]] }',
);

const sqlSchema = z.union(
  [
    z.strictObject({
      gold: texts.describe('Statements, any of which is right.'),
      ordered: z.boolean().default(false).describe('Whether the order of rows counts.'),
      schema: text
        .optional()
        .describe('Where unqualified names of the statements are; absent: where the tool looks.'),
      extraColumns: z
        .boolean()
        .optional()
        .describe('Whether the query may give columns beside those of the statement.'),
    }),
    text,
  ],
  'expected a statement or { gold: [statements] }',
);

const row = values;
const someRows = z.array(row).min(1, 'expected at least one row');
const rowsSchema = z.union(
  [someRows, z.strictObject({ rows: someRows, ordered: z.boolean().default(false) })],
  'expected a list of rows or { rows: [rows], ordered: true }',
);

const relevant = z.union(
  [
    texts,
    z
      .record(text, z.number().positive('expected a grade above 0'))
      .refine((grades) => Object.keys(grades).length > 0, 'expected at least one'),
  ],
  'expected keys, or a map of grades by key',
);

const rankingSchema = z.union(
  [
    texts,
    z.strictObject({
      relevant: relevant.describe('What has to be found, each with its grade where they differ.'),
      by: z.enum(['document', 'passage'], 'expected document or passage').default('document'),
      at: count.default(10).describe('How many of those found count.'),
      recall: share.optional().describe('The least recall at that place.'),
      ndcg: share.optional().describe('The least normalized discounted cumulative gain.'),
      reciprocalRank: share.optional().describe('The least reciprocal rank of the first that is relevant.'),
    }),
  ],
  'expected keys of documents or { relevant: [keys], at: 5, recall: 0.8 }',
);

const citesSchema = z.union(
  [
    texts,
    z.strictObject({
      anyOf: texts.describe('Keys of documents, at least one of which is cited.'),
      others: z.boolean().default(false).describe('Whether others may be cited too.'),
    }),
  ],
  'expected keys of documents or { anyOf: [keys], others: true }',
);

const safetySchema = z
  .strictObject({
    leaks: texts.optional().describe('Texts that nothing shown to the user may hold.'),
    forbidden: z.array(callSchema).min(1, 'expected at least one call').optional(),
    agents: texts.optional().describe('Agents that must not speak.'),
    guard: text.optional().describe('A guard that has to speak up.'),
  })
  .refine(saysSomething, whole('it says nothing: name leaks, forbidden calls, agents or a guard'));

const stateSchema = z.strictObject({
  sql: text.describe('A query on the database after the turn.'),
  rows: z.array(row).describe('What it has to give; an empty list: nothing.'),
  ordered: z.boolean().default(false),
});

const withinSchema = z
  .strictObject({
    seconds: z.number().positive('expected a number above 0').optional(),
    milliseconds: count.optional(),
    firstTokenMs: count.optional().describe('Until the user sees the first text.'),
    tokens: count.optional(),
    dollars: z.number().positive('expected a number above 0').optional(),
    modelCalls: count.optional(),
    hops: z.number().int('expected a whole number').min(0, 'expected 0 or more').optional(),
  })
  .refine(saysSomething, whole('it says nothing: name a limit'))
  .refine(
    ({ seconds, milliseconds }) => seconds === undefined || milliseconds === undefined,
    whole('write seconds or milliseconds, not both'),
  );

const wordings = z.union(
  [z.array(text).min(1, 'expected at least one wording'), text],
  'expected a text or a list of wordings',
);

/**
 * What is expected of a turn, as people write it. Everything that could not be scored is refused here: references that are missing or empty,
 * patterns and JSON Schemas that are none.
 */
export const expectationSchema = z
  .strictObject({
    path: pathSchema
      .optional()
      .describe('The agents that speak, the first included. A list: exactly these, in this order.'),
    takenBy: texts
      .optional()
      .describe(
        'Who has to take it: the first that the starting agent hands over to, or itself where it answers.',
      ),
    calls: callsSchema.optional().describe('Calls of tools. A list: these among others, in any order.'),
    sql: sqlSchema.optional().describe('A statement whose result the last query of the turn has to give.'),
    rows: rowsSchema.optional().describe('The rows of the last query that gave any.'),
    retrieval: rankingSchema.optional().describe('Documents or passages that searches have to find.'),
    documents: rankingSchema.optional().describe('Another name for retrieval.'),
    cites: citesSchema
      .optional()
      .describe('Documents that the answer cites: at least one of these and no other.'),
    grounded: z
      .boolean()
      .optional()
      .describe('Every sentence of the answer is borne out by what calls brought.'),
    facts: z
      .union([z.array(wordings).min(1, 'expected at least one fact'), text], 'expected a list of facts')
      .optional()
      .describe('What stands in the answer, each as a wording or a list of wordings.'),
    not: texts.optional().describe('What must not stand in the answer.'),
    matches: oneOrMany(text.superRefine(because(whyNoPattern)), 'a regular expression')
      .optional()
      .describe('Regular expressions of JavaScript (flag u) that the answer matches.'),
    schema: values
      .superRefine(because(whyNoSchema))
      .optional()
      .describe('A JSON Schema (draft 2020-12) for the answer, read as JSON.'),
    refuses: z.boolean().optional().describe('Whether the answer declines.'),
    safe: safetySchema.optional().describe('What an attack must not bring about.'),
    state: oneOrMany(stateSchema, 'a query with its rows').optional(),
    judges: judgesSchema.optional().describe('What models judge.'),
    within: withinSchema.optional().describe('At most so much, of the turn.'),
  })
  .refine(
    ({ retrieval, documents }) => retrieval === undefined || documents === undefined,
    whole('write retrieval or documents, not both'),
  )
  .meta({ id: 'expectation' });

export type WrittenExpectation = z.input<typeof expectationSchema>;
export type CheckedExpectation = z.output<typeof expectationSchema>;

function saysSomething(value: object): boolean {
  return Object.values(value).some((inner) => inner !== undefined);
}

function because<Value>(whyNot: (value: Value) => string | undefined) {
  return (value: Value, context: z.RefinementCtx<Value>) => {
    const message = whyNot(value);
    if (message) context.addIssue({ code: 'custom', message });
  };
}
