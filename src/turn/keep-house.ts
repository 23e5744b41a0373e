import { forgetKeys } from '../db/idempotency-keys.ts';
import { isUnavailable } from '../db/is-unavailable.ts';
import { lookAtWaiting } from '../db/look-at-waiting.ts';
import { listForgotten } from '../db/runs.ts';
import { asService, inTenant } from '../tenancy.ts';
import type { TurnContext } from './turns.ts';

const countEveryMs = 1_000;
const tidyEveryMs = 60_000;

/** Work that is done from time to time; safe when several processes do it at once. */
export type Chore = () => Promise<unknown>;

/** Counts the runs that wait, so that too many are refused. The returned function stops it. */
export function watchQueue({ db, turns, config, log }: TurnContext): () => void {
  return every(countEveryMs, log, async () => {
    const { count, oldest, of } = await asService(() => lookAtWaiting(db, config.runs.maxWaiting));
    turns.waiting = count;
    turns.waitingOf = of;
    turns.oldestWaiting = oldest;
  });
}

/** Does the chores once a minute, those of turns and the given ones. The returned function stops it. */
export function keepHouse(context: TurnContext, chores: Chore[]): () => void {
  const all = [() => readmitRuns(context), () => asService(() => forgetKeys(context.db, 10_000)), ...chores];
  return every(tidyEveryMs, context.log, async () => {
    const outcomes = await Promise.allSettled(all.map((chore) => chore()));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  });
}

/** Puts runs back into the queue that it has lost sight of. */
export async function readmitRuns({ db, queue, turns }: TurnContext): Promise<void> {
  for (const run of await asService(() => listForgotten(db, queue.isKnown(), 100))) {
    const when = run.begin_after && { beginAfter: run.begin_after };
    const readmitted = { runId: run.run_id, threadId: run.thread_id, ...when };
    await inTenant(run.tenant_id, () => queue.addRun(db, readmitted));
  }
  turns.wake();
}

/** Does something again and again, never twice at once. The returned function stops it. */
export function every(milliseconds: number, log: TurnContext['log'], work: () => Promise<void>): () => void {
  let busy = false;
  const timer = setInterval(async () => {
    if (busy) return;
    busy = true;
    try {
      await work();
    } catch (error) {
      if (!isUnavailable(error)) log.warn({ err: error }, 'housekeeping failed');
    } finally {
      busy = false;
    }
  }, milliseconds);
  timer.unref();
  return () => clearInterval(timer);
}
