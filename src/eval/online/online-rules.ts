import { z } from 'zod';
import type { FileProblem } from '../../yaml/file-problem.ts';
import { loadProjectFile, readProjectText } from '../../yaml/project-file.ts';
import { criteriaOf } from '../suites/criteria-of.ts';

export const onlineFileName = 'evals/online.yaml';

const text = z.string().trim().min(1, 'expected a text, found an empty one');
const share = z.number().min(0, 'expected 0 to 1').max(1, 'expected 0 to 1');

const judgeSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'expected small letters, digits, hyphens and underscores')
    .describe('Its score is called judge:name.'),
  criteria: text
    .max(4_000)
    .refine((said) => !criteriaOf(said)?.needsReference, 'needs a reference, and turns of users have none')
    .describe('What is judged, in plain words, or one of the names: helpfulness, tone, groundedness.'),
  evidence: z
    .boolean()
    .optional()
    .describe(
      'Whether judges are shown what the calls of the turn brought; absent: as the named criteria need.',
    ),
  roles: z
    .array(z.enum(['fast', 'careful'], 'expected fast or careful'))
    .min(1, 'expected at least one role')
    .max(2)
    .default(['fast'])
    .describe('Models that judge; the median of their scores counts.'),
});

const graphSchema = z.strictObject({
  sample: share.optional().describe('The share of its turns that are scored; absent: BATON_EVAL_SAMPLE.'),
  judges: z
    .array(judgeSchema)
    .max(10, 'expected 10 judges at most')
    .refine(
      (judges) => new Set(judges.map(({ name }) => name)).size === judges.length,
      'two judges have one name',
    )
    .default([]),
});

/** What `evals/online.yaml` says: by graph, how many of its turns are scored and who judges them. */
export const onlineSchema = z.strictObject({
  graphs: z.record(z.string(), graphSchema, 'expected a map of graphs').default({}),
});

const onlineFile = { name: onlineFileName, schema: onlineSchema };

export type OnlineRules = z.infer<typeof onlineSchema>;
export type OnlineJudge = OnlineRules['graphs'][string]['judges'][number];

/** Reads the text of a project's `evals/online.yaml`. Returns what it says, or every mistake at its line. */
export function readOnlineRules(source: string): OnlineRules | FileProblem[] {
  return readProjectText(onlineFile, source);
}

/** The project's `evals/online.yaml`, or one that says nothing where there is none. Throws a `StartError` that lists its mistakes. */
export function loadOnlineRules(projectDir: string): Promise<OnlineRules> {
  return loadProjectFile(onlineFile, projectDir);
}
