import { readThreadEvents } from '../db/events.ts';
import type { LoggedEvent } from '../turn-event.ts';
import { followLog } from './follow-log.ts';
import { StreamMovedError } from './stream-moved-error.ts';
import type { TurnContext } from './turns.ts';

/** How many events are read from the database at once. */
const page = 200;

/**
 * The events of a thread after `after` (0: from its first), of all its runs, those that are there and those to come. Ends only
 * when the signal aborts; a thread that is not there yet has no events yet.
 *
 * Throws a `StreamMovedError` when the service stops.
 */
export async function* watchThread(
  context: TurnContext,
  { threadId, after = 0, signal }: { threadId: string; after?: number; signal: AbortSignal },
): AsyncGenerator<LoggedEvent> {
  const { db, turns } = context;
  const batches = followLog(context, {
    threadId,
    after,
    signal: AbortSignal.any([signal, turns.closed.signal]),
    read: (seq) => readThreadEvents(db, { threadId, after: seq, limit: page }),
    wants: () => true,
    isOver: async () => false,
  });
  for await (const batch of batches) yield* batch;
  if (turns.closed.signal.aborted && !signal.aborted) throw new StreamMovedError();
}
