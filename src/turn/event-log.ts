import type { Kysely, Transaction } from 'kysely';
import { appendEvents, LostThreadError, type TimedEvent } from '../db/events.ts';
import type { Schema } from '../db/schema.ts';
import { countEvents } from '../metrics/count-events.ts';
import { tenantKey } from '../tenancy.ts';
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
  /** The number of the thread's last event when the owner took it. */
  after?: number;
  /** Called when the thread turns out to be somebody else's. */
  onLost?: () => void;
  /** Called with events that are there for everybody to see. */
  onSaved?: (batch: TurnEvent[]) => void;
}

/**
 * Opens the log of one run. Events are saved in batches: while one is being written, the next gathers,
 * and deltas of the same message in it become one event. A batch that could not be written is tried again
 * with the next, as it was: it may have been written, and its answer lost.
 */
export function openEventLog(
  context: Pick<TurnContext, 'db' | 'turns' | 'bus' | 'metrics'>,
  place: LogPlace,
): EventLog {
  const { db } = context;
  let waiting: TimedEvent[] = [];
  let tried: TimedEvent[] = [];
  let after = place.after;
  let writing: Promise<void> | undefined;
  let settling = false;

  /** Writes a batch behind the event `at`, and returns the number of its last event. */
  function save(to: Kysely<Schema>, batch: TimedEvent[], at: number | undefined): Promise<number> {
    const { threadId, runId, owner } = place;
    return appendEvents(
      to,
      { threadId, runId, ...(owner && { owner }), ...(at !== undefined && { after: at }) },
      batch,
    );
  }

  function tell(batch: TimedEvent[], last: number): void {
    if (place.after !== undefined) after = last;
    publishEvents(context, place, batch, last);
  }

  async function write(): Promise<void> {
    await undefined; // what is appended in the same tick goes along
    while (tried.length + waiting.length > 0) {
      if (tried.length === 0) [tried, waiting] = [waiting, []];
      tell(tried, await save(db, tried, after));
      tried = [];
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
      if (!settling) writing ??= start();
    },
    async settle(settle, last) {
      settling = true; // what comes now is too late, or goes along with the next try
      await writing?.catch(() => undefined); // what is left of it goes along
      const rest = last ? [...waiting, { ...last, at: Date.now() }] : [...waiting];
      const batches = [tried, rest].filter(({ length }) => length > 0);
      const ends = await db.transaction().execute(async (trx) => {
        const written: number[] = [];
        for (const batch of batches) written.push(await save(trx, batch, written.at(-1) ?? after));
        await settle(trx);
        return written;
      });
      [tried, waiting] = [[], []];
      for (const [at, batch] of batches.entries()) tell(batch, ends[at] ?? 0);
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
  const threadKey = tenantKey(threadId);
  turns.logs.get(threadKey)?.publish(events);
  bus.publish({ type: 'events', threadKey, seq: last, events });
  countEvents(metrics, batch);
  onSaved?.(batch);
}
