import { z } from 'zod';
import { whole } from './kinds.ts';

export interface RunsConfig {
  /** Runs that this process carries out at once. */
  concurrency: number;
  /** Runs of one tenant that are carried out at once, in the whole service; absent: as many as there is room for. */
  perTenant?: number;
  /** Runs that may wait for a worker, in the whole service; more are refused. */
  maxWaiting: number;
  /** How long a process that is asked to stop lets its steps end before it hands them over. */
  drainSeconds: number;
}

export const runsVariables = z.object({
  BATON_RUN_CONCURRENCY: whole(1, 10_000).default(200),
  BATON_RUNS_PER_TENANT: whole(1, 10_000).optional(),
  BATON_MAX_WAITING: whole(1, 1_000_000).default(1_000),
  BATON_DRAIN_SECONDS: whole(0, 3_600).default(10),
});

export function runsOf(read: z.infer<typeof runsVariables>): RunsConfig {
  return {
    concurrency: read.BATON_RUN_CONCURRENCY,
    ...(read.BATON_RUNS_PER_TENANT !== undefined && { perTenant: read.BATON_RUNS_PER_TENANT }),
    maxWaiting: read.BATON_MAX_WAITING,
    drainSeconds: read.BATON_DRAIN_SECONDS,
  };
}
