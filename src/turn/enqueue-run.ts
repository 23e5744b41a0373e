import { endRunFrom } from './end-run-from.ts';
import { openLiveLog } from './live-log.ts';
import { runTurn } from './run-turn.ts';
import type { TurnContext } from './turns.ts';

/** Puts an accepted run behind the others of its thread. It is carried out in this process. */
export function enqueueRun(context: TurnContext, ids: RunIds): void {
  const { live, lastOf, stopping } = context.turns;
  if (stopping) return; // a run that waits is found again at the next start
  const log = openLiveLog();
  live.set(ids.runId, log);
  const before = lastOf.get(ids.threadId) ?? Promise.resolve();
  const over = before.then(() => carryOut(context, ids));
  lastOf.set(ids.threadId, over);
  void over.then(() => {
    live.delete(ids.runId);
    log.publish([]); // watchers of a run that could not say its end look for it in the database
    if (lastOf.get(ids.threadId) === over) lastOf.delete(ids.threadId);
  });
}

/** Never rejects: what a run cannot say in its log ends it all the same. */
async function carryOut(context: TurnContext, ids: RunIds): Promise<void> {
  if (context.turns.stopping) return;
  try {
    await runTurn(context, ids);
  } catch (error) {
    context.log.error({ err: error, ...ids }, 'a run could not write its log');
    await endRunFrom(context, ids, 'running', failure).catch((failed: unknown) => {
      context.log.error({ err: failed, ...ids }, 'a run could not be ended');
    });
  }
}

const failure = {
  type: 'turn-error',
  error: 'internal',
  message: 'The turn failed for a reason of the service. It is in the log.',
} as const;

interface RunIds {
  threadId: string;
  runId: string;
}
