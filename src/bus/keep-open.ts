import { setTimeout as sleep } from 'node:timers/promises';

/** A connection that works until it breaks. */
export interface Line {
  /** Resolves with the cause when the line does not work any more. */
  broken: Promise<unknown>;
  /** Ends within half a second, broken or not. */
  close(): Promise<void>;
}

/** A connection that is made again whenever it breaks. */
export interface Kept<L extends Line> {
  /** The line where it works just now. */
  line(): L | undefined;
  close(): Promise<void>;
}

export interface KeepOptions<L extends Line> {
  /** Rejects, within a few seconds, when there is no connection to be had. Lets go when the signal says so. */
  open: (signal: AbortSignal) => Promise<L>;
  opened: () => void;
  /** Called for every line that broke and for every one that could not be opened. */
  broken: (cause: unknown) => void;
}

/** The waits between tries, in milliseconds: they double from the first to the last, and vary by half. */
const waits = { first: 100, last: 5_000 };

/** Opens a line and keeps it open for ever. Resolves when the first try has ended, whether well or not. */
export async function keepOpen<L extends Line>({ open, opened, broken }: KeepOptions<L>): Promise<Kept<L>> {
  const stop = new AbortController();
  const tried = Promise.withResolvers<void>();
  let line: L | undefined;

  async function hold(): Promise<void> {
    const opening = open(stop.signal);
    opening.then((late) => (stop.signal.aborted ? late.close() : undefined)).catch(() => undefined);
    const found = await unlessAborted(stop.signal, opening);
    line = found;
    opened();
    tried.resolve();
    try {
      throw await unlessAborted(stop.signal, found.broken);
    } finally {
      line = undefined;
      await found.close();
    }
  }

  async function run(): Promise<void> {
    for (let wait = waits.first; !stop.signal.aborted; wait = Math.min(wait * 2, waits.last)) {
      const start = performance.now();
      const cause = await hold().catch((error: unknown) => error);
      if (!stop.signal.aborted) broken(cause);
      tried.resolve();
      if (performance.now() - start > waits.last) wait = waits.first;
      await sleep(wait * (0.5 + Math.random()), undefined, { signal: stop.signal }).catch(() => undefined);
    }
  }

  const running = run();
  await tried.promise;
  return {
    line: () => line,
    async close() {
      stop.abort();
      await running;
    },
  };
}

/** What the work gives, or a rejection as soon as the signal aborts. */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const stopped = Promise.withResolvers<never>();
  const stop = () => stopped.reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, stopped.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
