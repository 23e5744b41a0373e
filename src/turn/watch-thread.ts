import { readThreadEvents } from '../db/events.ts';
import type { LoggedEvent } from '../turn-event.ts';
import type { TurnContext } from './turns.ts';

const page = 500;
const lookEveryMs = 100;

/**
 * The events of a thread after `after` (0: from its first), of all its runs, those that are there and those to come. Ends only
 * when the signal aborts; a thread that is not there yet has no events yet.
 */
export async function* watchThread(
  context: TurnContext,
  { threadId, after = 0, signal }: { threadId: string; after?: number; signal: AbortSignal },
): AsyncGenerator<LoggedEvent> {
  let seq = after;
  while (!signal.aborted) {
    const events = await readThreadEvents(context.db, { threadId, after: seq, limit: page });
    for (const event of events) {
      yield event;
      seq = event.seq;
    }
    if (events.length === 0) await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}
