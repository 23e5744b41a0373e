import type { AppContext } from '../../../app-context.ts';
import { readThreadEvents } from '../../../db/events.ts';
import type { LoggedEvent } from '../../../turn-event.ts';

/** How many events are read at once. */
const page = 500;

/** The events of a thread from its first to the one of a number, as far as they are there. */
export async function* readLogUpTo(
  db: AppContext['db'],
  threadId: string,
  last: number,
): AsyncGenerator<LoggedEvent> {
  let after = 0;
  while (after < last) {
    const events = await readThreadEvents(db, { threadId, after, limit: page });
    if (events.length === 0) return;
    for (const event of events) {
      if (event.seq > last) return;
      yield event;
      after = event.seq;
    }
  }
}
