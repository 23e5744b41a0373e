import type { Transaction } from 'kysely';
import { appendEvents, LostThreadError, type TimedEvent } from '../db/events.ts';
import type { Schema } from '../db/schema.ts';
import { countEvents } from '../metrics/count-events.ts';
import type { LoggedEvent, TurnEvent } from '../turn-event.ts';
import type { TurnContext } from './turns.ts';

/** Where a run writes what happens. Nobody sees an event before it is saved. */
export interface EventLog {
  append(event: TurnEvent): void;
  /**
   * Writes what is left, the event that ends the turn too where one is given, in one transaction with what `settle` writes.
   * Rejects with a `LostThreadError` when the thread is somebody else's by now: then nothing was written.
   */
  settle(settle: (trx: Transaction<Schema>) => Promise<void>, last?: TurnEvent): Promise<void>;
}

export interface LogPlace {
  threadId: string;
  runId: string;
  /** Who must own the thread for this log to write to it: see `ownerOf`. */
  owner?: string;
  /** Called when the thread turns out to be somebody else's. */
  onLost?: () => void;
  /** Called with events that are there for everybody to see. */
  onSaved?: (batch: TurnEvent[]) => void;
}

/**
 * Opens the log of one run. Events are saved in batches: while one is being written, the next gathers,
 * and deltas of the same message in it become one event. A batch that could not be written is tried again
 * with the next.
 */
export function openEventLog(context: Pick<TurnContext, 'db' | 'turns' | 'bus' | 'metrics'>, place: LogPlace): EventLog {
  const { db } = context;
  let waiting: TimedEvent[] = [];
  let writing: Promise<void> | undefined;

  async function write(): Promise<void> {
    await undefined; // what is appended in the same tick goes along
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        publishEvents(context, place, batch, await appendEvents(db, place, batch));
      } catch (error) {
        waiting = [...batch, ...waiting];
        throw error;
      }
    }
  }

  function start(): Promise<void> {
    const done = write().finally(() => {
      writing = undefined;
    });
    done.catch((error: unknown) => {
      if (error instanceof LostThreadError) place.onLost?.(); // of other failures the end of the turn hears
    });
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
    async settle(settle, last) {
      await writing?.catch(() => undefined); // what is left of it goes along
      const batch = last ? [...waiting, { ...last, at: Date.now() }] : waiting;
      const seq = await db.transaction().execute(async (trx) => {
        const written = batch.length > 0 ? await appendEvents(trx, place, batch) : 0;
        await settle(trx);
        return written;
      });
      waiting = [];
      if (batch.length > 0) publishEvents(context, place, batch, seq);
    },
  };
}

/** Tells everyone here, and the other processes, what is in the database now; `last` is the number of the batch's last. */
function publishEvents(
  { turns, bus, metrics }: Pick<TurnContext, 'turns' | 'bus' | 'metrics'>,
  { threadId, runId, onSaved }: LogPlace,
  batch: TimedEvent[],
  last: number,
): void {
  const first = last - batch.length + 1;
  const events = batch.map((event, at): LoggedEvent => ({ ...event, threadId, runId, seq: first + at }));
  turns.logs.get(threadId)?.publish(events);
  bus.publish({ type: 'events', threadId, seq: last, events });
  countEvents(metrics, batch);
  onSaved?.(batch);
}
