import { z } from 'zod';
import { share, whole } from './kinds.ts';

export interface EvalsConfig {
  /** The share of finished turns that are scored where `evals/online.yaml` says nothing of their graph, from 0 to 1. */
  sample: number;
  /** The share of the scored turns that judges read as well. */
  judges: number;
  /** How many days results of evals and scores of turns stay. */
  days: number;
}

export const evalsVariables = z.object({
  BATON_EVAL_SAMPLE: share.default(0),
  BATON_EVAL_JUDGES: share.default(1),
  BATON_EVAL_DAYS: whole(1, 3_650).default(90),
});

export function evalsOf(read: z.infer<typeof evalsVariables>): EvalsConfig {
  return { sample: read.BATON_EVAL_SAMPLE, judges: read.BATON_EVAL_JUDGES, days: read.BATON_EVAL_DAYS };
}
