import { readEvents } from '../db/events.ts';
import { getRun } from '../db/runs.ts';
import { isLast, type LoggedEvent } from '../turn-event.ts';
import { followLog } from './follow-log.ts';
import { StreamMovedError } from './stream-moved-error.ts';
import type { TurnContext } from './turns.ts';

/** How many events are read from the database at once. */
const page = 200;

export interface Watch {
  threadId: string;
  runId: string;
  /** The last event that the watcher has; absent: from the run's first. */
  after?: number;
  signal: AbortSignal;
}

/**
 * The events of a run from the log, those that are there and those to come, up to its last one, whichever process carries it
 * out. Ends early when the signal aborts or the run is gone. A slow reader holds no memory: it reads on where it stopped.
 *
 * Throws a `StreamMovedError` when the service stops before the run's end, or its database is away for long: the watcher goes on
 * elsewhere, or later.
 */
export async function* watchRun(
  context: TurnContext,
  { threadId, runId, after = 0, signal }: Watch,
): AsyncGenerator<LoggedEvent> {
  const { db, turns } = context;
  const batches = followLog(context, {
    threadId,
    after,
    signal: AbortSignal.any([signal, turns.closed.signal]),
    read: (seq) => readEvents(db, { runId, after: seq, limit: page }),
    wants: (event) => event.runId === runId,
    newRun: after === 0 ? runId : undefined,
    async isOver() {
      const run = await getRun(db, runId);
      return !run || (run.status !== 'pending' && run.status !== 'running');
    },
  });
  for await (const batch of batches) {
    for (const event of batch) {
      yield event;
      if (isLast(event)) return;
    }
  }
  if (turns.closed.signal.aborted && !signal.aborted) throw new StreamMovedError();
}
