import type { Transaction } from 'kysely';
import { appendEvents, type TimedEvent } from '../db/events.ts';
import type { Schema } from '../db/schema.ts';
import type { TurnEvent } from '../turn-event.ts';
import type { TurnContext } from './turns.ts';

/** Where a run writes what happens. Nobody sees an event before it is saved. */
export interface EventLog {
  append(event: TurnEvent): void;
  /** Writes the event that ends the turn, behind all others and in one transaction with what `settle` writes. */
  end(event: TurnEvent, settle: (trx: Transaction<Schema>) => Promise<void>): Promise<void>;
}

/**
 * Opens the log of one run. Events are saved in batches: while one is being written, the next gathers,
 * and deltas of the same message in it become one event. A batch that could not be written is tried again
 * with the next.
 */
export function openEventLog(
  { db, turns }: Pick<TurnContext, 'db' | 'turns'>,
  ids: { threadId: string; runId: string },
): EventLog {
  let waiting: TimedEvent[] = [];
  let writing: Promise<void> | undefined;

  async function write(): Promise<void> {
    await undefined; // what is appended in the same tick goes along
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        publish(batch, await appendEvents(db, ids, batch));
      } catch (error) {
        waiting = [...batch, ...waiting];
        throw error;
      }
    }
  }

  function publish(batch: TimedEvent[], last: number): void {
    const first = last - batch.length + 1;
    turns.live.get(ids.runId)?.publish(batch.map((event, at) => ({ ...event, ...ids, seq: first + at })));
  }

  function start(): Promise<void> {
    const done = write().finally(() => {
      writing = undefined;
    });
    done.catch(() => undefined); // the end of the turn hears of it
    return done;
  }

  return {
    append(event) {
      const last = waiting.at(-1);
      if (event.type === 'text-delta' && last?.type === 'text-delta' && last.messageId === event.messageId) {
        waiting[waiting.length - 1] = { ...last, text: last.text + event.text };
      } else waiting.push({ ...event, at: Date.now() });
      writing ??= start();
    },
    async end(event, settle) {
      await writing?.catch(() => undefined); // what is left of it goes with the end
      const batch = [...waiting, { ...event, at: Date.now() }];
      const last = await db.transaction().execute(async (trx) => {
        const seq = await appendEvents(trx, ids, batch);
        await settle(trx);
        return seq;
      });
      waiting = [];
      publish(batch, last);
    },
  };
}
