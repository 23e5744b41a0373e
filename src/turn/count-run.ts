import type { Run, RunEnd } from '../db/runs.ts';
import type { Metrics } from '../metrics/open-metrics.ts';
import type { TurnEvent } from '../turn-event.ts';

/** Counts one attempt of a run. */
export interface RunCount {
  /** Events are there for everybody to see. */
  saved(batch: TurnEvent[]): void;
  ended(status: RunEnd['status']): void;
}

/** Counts that a run begins, and what becomes of it. */
export function countRun(metrics: Metrics, run: Run): RunCount {
  const { graph } = run;
  const since = (run.begin_after ?? run.created_at).getTime();
  const seconds = () => Math.max(0, Date.now() - since) / 1_000;
  let spoke = run.attempt > 1; // the first attempt counted it, or was too early to
  metrics.runsBegun.inc({ graph, again: run.attempt > 1 ? 'yes' : 'no' });
  return {
    saved(batch) {
      if (spoke || !batch.some(({ type }) => type === 'text-delta')) return;
      spoke = true;
      metrics.firstToken.observe({ graph }, seconds());
    },
    ended(status) {
      metrics.runsEnded.inc({ graph, status });
      metrics.runSeconds.observe({ graph, status }, seconds());
    },
  };
}
