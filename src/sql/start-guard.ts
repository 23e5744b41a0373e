/** What ends work before it is through. */
export interface Limits {
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** Looks after work that may have to end. */
export interface Guard {
  /** Why the work has to end, when it has. */
  readonly ended: { reason: unknown } | undefined;
  /** Throws why the work has to end, when it has. */
  check(): void;
  /** Waits until a stop under way is through, so that it cannot hit whoever has the connection next. */
  end(): Promise<void>;
}

/** What ended a transaction that took longer than it may. */
export class TooLongError extends Error {
  override name = 'TooLongError';
}

/** Calls `stop` with the reason once work has taken too long, or its signal aborts; not more than once. */
export function startGuard({ timeoutMs, signal }: Limits, stop: (reason: Error) => Promise<unknown>): Guard {
  let ended: { reason: unknown } | undefined;
  let stopping: Promise<unknown> | undefined;
  const end = (reason: unknown) => {
    if (ended) return;
    ended = { reason };
    stopping = stop(reason instanceof Error ? reason : new Error('The query was stopped.')).catch(
      () => undefined,
    );
  };
  const onAbort = () => end(signal?.reason);
  const timer = setTimeout(
    () => end(new TooLongError(`The query took longer than ${timeoutMs} ms.`)),
    timeoutMs,
  );
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) ended = { reason: signal.reason };
  return {
    get ended() {
      return ended;
    },
    check() {
      if (ended) throw ended.reason;
    },
    async end() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      await stopping;
    },
  };
}
