import type { LoggedEvent } from '../turn-event.ts';
import type { TurnContext } from './turns.ts';

/** How often the database is looked into without a sign, by how well other processes are heard; in milliseconds. */
const lookEvery = { alone: 5_000, connected: 2_000, cut: 250 };

export interface Followed {
  threadId: string;
  /** The number of the last event that is known. */
  after: number;
  signal: AbortSignal;
  /** Events from the database after `seq`, in order; none when there are no more. */
  read(seq: number): Promise<LoggedEvent[]>;
  /** Which events of the thread's live log are wanted. */
  wants(event: LoggedEvent): boolean;
  /** Asked whenever the database has no more for now: whether none will come. */
  isOver(): Promise<boolean>;
}

/**
 * Events of a thread in order, those that are there and those to come, until the signal aborts or `isOver`. The next are asked for
 * when the last was taken, so a slow reader costs no memory: what is no longer in the live log is read from the database.
 */
export async function* followLog(
  { turns, bus }: Pick<TurnContext, 'turns' | 'bus'>,
  { threadId, after, signal, read, wants, isOver }: Followed,
): AsyncGenerator<LoggedEvent> {
  const { log, release } = turns.logs.hold(threadId);
  try {
    let seq = after;
    let caughtUp = false;
    while (!signal.aborted) {
      const more = log.next();
      const known = log.last();
      const live = caughtUp ? log.since(seq) : undefined;
      const events = live ?? (await read(seq));
      for (const event of events) {
        seq = event.seq;
        if (wants(event)) yield event;
      }
      if (events.length > 0) continue;
      if (!live) {
        if (await isOver()) return yield* await read(seq); // what came between the two looks
        seq = Math.max(seq, known); // nothing up to there is wanted
      }
      caughtUp = await rings(more, lookEvery[bus.state()], signal);
    }
  } finally {
    release();
  }
}

/** Waits for the bell, at most for `milliseconds` and until the signal aborts. Whether it rang. */
async function rings(bell: Promise<void>, milliseconds: number, signal: AbortSignal): Promise<boolean> {
  const other = Promise.withResolvers<boolean>();
  const stop = () => other.resolve(false);
  const timer = setTimeout(stop, milliseconds);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([bell.then(() => true), other.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
    clearTimeout(timer);
  }
}
