import { z } from 'zod';
import { jsonObjectSchema } from '../json-schema.ts';

const configurableSchema = jsonObjectSchema.superRefine(({ graph_version: wanted = null }, issues) => {
  if (wanted === null || wanted === 'pinned' || wanted === 'newest') return;
  issues.addIssue({ code: 'custom', path: ['graph_version'], message: 'expected pinned or newest' });
});

/** How runs are carried out, as an assistant or a request for a run says it. */
export const configShape = {
  tags: z.array(z.string().min(1).max(256)).max(100).nullish(),
  recursion_limit: z.int().min(1).max(100_000).nullish().describe('Supersteps at most.'),
  configurable: configurableSchema
    .nullish()
    .describe(
      'What tools can read. `graph_version` says which version of the graph answers: `pinned`, the one that the thread began with, or `newest`, to which the thread is pinned then.',
    ),
};
