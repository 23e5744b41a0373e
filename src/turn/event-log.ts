import { appendEvents } from '../db/events.ts';
import type { TurnEvent } from '../turn-event.ts';
import type { TurnContext } from './turns.ts';

/** Where a run writes what happens. Nobody sees an event before it is saved. */
export interface EventLog {
  append(event: TurnEvent): void;
  /** Resolves when everything appended so far is saved; rejects when it could not be. */
  flush(): Promise<void>;
}

/**
 * Opens the log of one run. Events are saved in batches: while one is being written, the next gathers,
 * and deltas of the same message in it become one event.
 */
export function openEventLog(
  context: Pick<TurnContext, 'db' | 'turns'>,
  ids: { threadId: string; runId: string },
): EventLog {
  let waiting: TurnEvent[] = [];
  let writing: Promise<void> | undefined;

  async function write(): Promise<void> {
    await undefined; // what is appended in the same tick goes along
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const last = await appendEvents(context.db, ids, batch);
      if (last === undefined) throw new Error(`The thread ${ids.threadId} is gone.`);
      context.turns.live
        .get(ids.runId)
        ?.publish(batch.map((event, at) => ({ ...event, ...ids, seq: last - batch.length + 1 + at })));
    }
  }

  function start(): Promise<void> {
    const done = write().finally(() => {
      writing = undefined;
    });
    done.catch(() => undefined); // whoever flushes hears of it
    return done;
  }

  return {
    append(event) {
      const last = waiting.at(-1);
      if (event.type === 'text-delta' && last?.type === 'text-delta' && last.messageId === event.messageId) {
        waiting[waiting.length - 1] = { ...last, text: last.text + event.text };
      } else waiting.push(event);
      writing ??= start();
    },
    async flush() {
      await writing;
      if (waiting.length > 0) writing ??= start();
      await writing;
    },
  };
}
