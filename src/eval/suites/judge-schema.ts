import { z } from 'zod';
import { knownCriteria } from '../judges/known-criteria.ts';
import { criteriaOf } from './criteria-of.ts';
import { oneOrMany, share, text, whole } from './kinds.ts';

const judgeSchema = z
  .strictObject({
    name: text.optional().describe('Its score is called judge:name; absent: as the criteria are called.'),
    criteria: text.describe(
      `What is judged, in plain words; or one of ${Object.keys(knownCriteria).join(', ')}, of which the words are known.`,
    ),
    reference: text.optional().describe('An answer that is right, shown to the judges.'),
    evidence: z.boolean().optional().describe("Whether the judges are shown what the turn's calls brought."),
    roles: oneOrMany(z.enum(['fast', 'careful'], 'expected fast or careful'), 'a role')
      .default(['careful'])
      .describe('Models that judge; the median of their scores counts.'),
    atLeast: share.default(0.7).describe('The least score, from 0 to 1.'),
  })
  .refine(
    ({ name, criteria }) => name !== undefined || criteriaOf(criteria),
    whole('criteria of your own need a name', ['name']),
  )
  .refine(
    ({ reference, criteria }) => reference !== undefined || !criteriaOf(criteria)?.needsReference,
    whole('this is judged against a reference, and there is none', ['criteria']),
  );

/** What models judge, as people write it. A judge without criteria, or without the reference that they ask for, is refused. */
export const judgesSchema = oneOrMany(judgeSchema, 'a judge').refine(
  (judges) => !hasTwins(judges),
  whole('two judges have one name'),
);

interface Named {
  name?: string | undefined;
  criteria: string;
}

function hasTwins(judges: Named | Named[]): boolean {
  const names = Array.isArray(judges) ? judges.map(({ name, criteria }) => name ?? criteria) : [];
  return new Set(names).size < names.length;
}
