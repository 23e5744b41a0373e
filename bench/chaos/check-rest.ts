import type { Evidence, Verdict } from './evidence.ts';

/** Nothing is left that would keep a thread from going on. */
export function checkLeftovers({ ledger }: Evidence): Verdict {
  const jobs = ledger.jobs.map(({ id, state }) => `the queue still has run ${id} (${state})`);
  const threads = ledger.threads.flatMap(({ thread_id, status, owner }) => {
    if (status !== 'busy' && owner === null) return [];
    return [`thread ${thread_id} is ${status} and belongs to ${owner}`];
  });
  return { check: 'nothing left behind', cases: ledger.threads.length, violations: [...jobs, ...threads] };
}

/** No process ended by itself, and each that was asked to stop did so. */
export function checkProcesses({ troubles }: Evidence): Verdict {
  return { check: 'no process failed', cases: troubles.length, violations: troubles };
}
