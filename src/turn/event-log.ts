import type { Kysely, Transaction } from 'kysely';
import type { GatheredCheckpoint } from '../checkpoint/checkpoint-journal.ts';
import { LostOwnerError } from '../checkpoint/lost-owner-error.ts';
import type { TimedEvent } from '../db/event-rows.ts';
import { appendEvents, LostThreadError } from '../db/events.ts';
import { foldLog } from '../db/fold-log.ts';
import type { Schema } from '../db/schema.ts';
import type { TurnEvent } from '../turn-event.ts';
import type { BatchEnd } from './journal/batch.ts';
import { Gathering } from './journal/gathering.ts';
import type { Writer } from './journal/journal.ts';
import { publishEvents } from './publish-events.ts';
import type { TurnContext } from './turns.ts';

/** Where a run writes what happens, and its states. Nobody sees an event before it is saved, with all that came before it. */
export interface EventLog {
  append(event: TurnEvent): void;
  /** Says that the run is about to end: what it still says is written with its end, or after `speechEvery` where that has not come. */
  awaitEnd(): void;
  /** Takes a state, to be saved with the events around it. */
  put(checkpoint: GatheredCheckpoint): void;
  /** Resolves when all that is in the log by now is saved; rejects when it could not be. */
  saved(): Promise<void>;
  /**
   * Ends the run with its last event, all or nothing. False when that is left to `settle`: a claim has lapsed, somebody asked
   * for something meanwhile, the database is away.
   */
  end(end: BatchEnd, last: TurnEvent): Promise<boolean>;
  /**
   * Writes what is left, the event that ends the turn too where one is given, in one transaction with what `settle` writes.
   * Rejects with a `LostThreadError` when the thread is somebody else's by now: then nothing was written.
   */
  settle(settle: (trx: Transaction<Schema>) => Promise<void>, last?: TurnEvent): Promise<void>;
}

/** A run's streaming text is written, and seen, this often at most, in milliseconds: often enough to read as it comes. */
export const speechEvery = 40;

export interface LogPlace {
  threadId: string;
  runId: string;
  /** Who must own the thread for this log to write to it: see `ownerOf`. Absent: `settle` alone writes. */
  owner?: string;
  /** The number of the thread's last event when the owner took it. */
  after?: number;
  /** Called when the thread turns out to be somebody else's. */
  onLost?: () => void;
  /** Called with events that are there for everybody to see. */
  onSaved?: (batch: TurnEvent[]) => void;
}

/**
 * Opens the log of one run. What is appended gathers until the journal takes it. A batch that could not be written is tried again
 * with the next, as it was: it may have been written, and its answer lost.
 */
export function openEventLog(
  context: Pick<TurnContext, 'db' | 'turns' | 'bus' | 'metrics' | 'journal'>,
  place: LogPlace,
): EventLog {
  const { db, journal } = context;
  const { threadId, runId, owner } = place;
  let gathering = new Gathering();
  let tried: Gathering | undefined;
  let after = place.after;
  let isAway = false; // the journal has what was tried
  let settling = false;
  let ended = false; // a step that was under way when the run ended says no more
  let spokeAt = Number.NEGATIVE_INFINITY;
  let endsBy = Number.NEGATIVE_INFINITY;
  let pause: NodeJS.Timeout | undefined;

  const writer: Writer = {
    take() {
      if (isAway || owner === undefined || after === undefined) return undefined;
      if (settling && !gathering.end) return undefined;
      if (!tried && !gathering.end && performance.now() < endsBy) return undefined; // it rings again
      if (!tried && !gathering.isEmpty()) [tried, gathering] = [gathering, new Gathering()];
      if (!tried) return undefined;
      isAway = true;
      if (tried.isSpeech()) spokeAt = performance.now();
      const { events, checkpoints, end } = tried;
      return { threadId, runId, owner, after, events, checkpoints, ...(end && { end }) };
    },
    wrote(last) {
      const written = tried;
      [tried, isAway] = [undefined, false];
      if (written) tell(written.events, last);
      written?.wrote();
      if (!gathering.isEmpty()) ringInPace();
    },
    failed(error) {
      isAway = false;
      if (error instanceof LostThreadError || error instanceof LostOwnerError) place.onLost?.();
      tried?.failed(error);
    },
  };

  function ring(atOnce = false): void {
    if (!settling) journal.ring(writer, atOnce);
  }

  /** Text that streams waits until some of it has come together, and all for an end that is near; everything else does not. */
  function ringInPace(): void {
    const due = gathering.isSpeech() ? Math.max(endsBy, spokeAt + speechEvery) : endsBy;
    const wait = due - performance.now();
    if (wait <= 0) ring();
    else
      pause ??= setTimeout(() => {
        pause = undefined;
        ringInPace();
      }, wait);
  }

  function tell(batch: TimedEvent[], last: number): void {
    if (place.after !== undefined) after = last;
    if (batch.length > 0) publishEvents(context, place, batch, last);
  }

  /** Until the journal has nothing of this run; what was tried in vain is left. */
  async function takeBack(): Promise<void> {
    clearTimeout(pause);
    settling = true; // what comes now is too late, or goes along with the next try
    if (isAway) await tried?.outcome().catch(() => undefined);
  }

  /** Writes a batch behind the event `at`, and returns the number of its last event. */
  function save(to: Kysely<Schema>, batch: TimedEvent[], at: number | undefined): Promise<number> {
    const end = { threadId, runId, ...(owner && { owner }), ...(at !== undefined && { after: at }) };
    return appendEvents(to, end, batch);
  }

  return {
    append(event) {
      if (ended) return;
      gathering.add(event);
      ringInPace();
    },
    awaitEnd() {
      endsBy = performance.now() + speechEvery;
      if (!gathering.isEmpty()) ringInPace();
    },
    put(checkpoint) {
      if (ended) return;
      gathering.checkpoints.push(checkpoint);
      ringInPace();
    },
    async saved() {
      endsBy = Number.NEGATIVE_INFINITY;
      for (let first = tried ?? gathering; !first.isEmpty(); first = tried ?? gathering) {
        ring(true);
        await first.outcome();
      }
    },
    async end(end, last) {
      await takeBack();
      if (tried) return false;
      const closing = gathering;
      closing.close(last, end);
      ended = true;
      journal.ring(writer, true);
      ended = await closing.outcome().then(
        () => true,
        () => false,
      );
      if (ended) return true;
      closing.reopen();
      if (closing.isEmpty()) tried = undefined;
      return false;
    },
    async settle(settle, last) {
      await takeBack();
      const rest = last ? [...gathering.events, { ...last, at: Date.now() }] : [...gathering.events];
      for (const { saveAlone } of [...(tried?.checkpoints ?? []), ...gathering.checkpoints])
        await saveAlone();
      const batches = [tried?.events ?? [], rest].filter(({ length }) => length > 0);
      const ends = await db.transaction().execute(async (trx) => {
        const written: number[] = [];
        for (const batch of batches) written.push(await save(trx, batch, written.at(-1) ?? after));
        if (last && owner) await foldLog(trx, runId);
        await settle(trx);
        return written;
      });
      [tried, gathering] = [undefined, new Gathering()];
      for (const [at, batch] of batches.entries()) tell(batch, ends[at] ?? 0);
    },
  };
}
