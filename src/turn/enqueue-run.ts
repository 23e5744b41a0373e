import { setTimeout as sleep } from 'node:timers/promises';
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
    await endAsSoonAsPossible(context, ids);
  }
}

/** A database that was away for a moment is asked again; a run that stays open is ended when it was silent for long. */
async function endAsSoonAsPossible(context: TurnContext, ids: RunIds): Promise<void> {
  for (const wait of [0, 250, 500, 1_000, 2_000]) {
    await sleep(wait, undefined, { ref: false });
    try {
      if (await endRunFrom(context, ids, 'running', failure)) return;
      await endRunFrom(context, ids, 'pending', failure); // it could not even begin
      return;
    } catch (error) {
      context.log.error({ err: error, ...ids }, 'a run could not be ended');
    }
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
