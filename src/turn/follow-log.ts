import { isUnavailable } from '../db/is-unavailable.ts';
import { patiently } from '../db/patiently.ts';
import { tenantKey } from '../tenancy.ts';
import type { LoggedEvent } from '../turn-event.ts';
import type { LiveLog } from './live-log.ts';
import { StreamMovedError } from './stream-moved-error.ts';
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
  /** The run that is wanted from its first event on: where it was accepted and begun here, that needs no look into the database. */
  newRun?: string | undefined;
}

/** For how long a watcher waits for a database that is away, in milliseconds. */
const patience = 60_000;

/**
 * Events of a thread in order, those that are there and those to come, until the signal aborts or `isOver`; together those that are
 * there together. The next are asked for when the last were taken, so a slow reader costs no memory: what is no longer in the live
 * log is read from the database. While that is away, the watcher waits with it, and after a minute a `StreamMovedError` sends it
 * elsewhere.
 */
export async function* followLog(
  context: Pick<TurnContext, 'turns' | 'bus'>,
  followed: Followed,
): AsyncGenerator<LoggedEvent[]> {
  const { bus, turns } = context;
  const { threadId, newRun, signal } = followed;
  const threadKey = tenantKey(threadId);
  const { log, release } = turns.logs.hold(threadKey);
  const isHere = newRun !== undefined && turns.logs.take(threadKey, newRun);
  try {
    const first = isHere ? await awaitFirst(log, newRun, lookEvery[bus.state()], signal) : undefined;
    yield* follow(context, log, patient(followed), first);
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    throw new StreamMovedError({ cause: error });
  } finally {
    release();
  }
}

async function* follow(
  { bus }: Pick<TurnContext, 'bus'>,
  log: LiveLog,
  { after, signal, read, wants, isOver }: Followed,
  first: LoggedEvent | undefined,
): AsyncGenerator<LoggedEvent[]> {
  let seq = first ? first.seq - 1 : after;
  let caughtUp = first !== undefined;
  while (!signal.aborted) {
    const more = log.next();
    const known = log.last();
    const live = caughtUp ? log.since(seq) : undefined;
    const events = live ?? (await read(seq));
    seq = events.at(-1)?.seq ?? seq;
    if (events.length > 0) {
      yield events.filter(wants);
      continue;
    }
    if (!live && (await isOver())) return yield await read(seq); // what came between the two looks
    if (!live) seq = Math.max(seq, known); // nothing up to there is wanted
    caughtUp = await rings(more, lookEvery[bus.state()], signal);
  }
}

/** The run's first event, where the log has it by its next word; where not, the database has to be asked. */
async function awaitFirst(
  log: LiveLog,
  runId: string,
  milliseconds: number,
  signal: AbortSignal,
): Promise<LoggedEvent | undefined> {
  const isFirst = (event: LoggedEvent) =>
    event.runId === runId && event.type === 'turn-start' && event.attempt === 1;
  const more = log.next();
  const first = log.find(isFirst);
  if (first || !log.isWhole()) return first;
  await rings(more, milliseconds, signal);
  return log.find(isFirst);
}

/** The same, waiting for a database that is away for a while. */
function patient(followed: Followed): Followed {
  const { read, isOver, signal } = followed;
  const inTime = { forMs: patience, signal };
  return {
    ...followed,
    read: (seq) => patiently(() => read(seq), inTime),
    isOver: () => patiently(isOver, inTime),
  };
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
