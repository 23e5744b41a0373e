import { setTimeout as delay } from 'node:timers/promises';
import type { ModelError } from './chat-model.ts';
import { type Failure, toModelError } from './to-model-error.ts';
import { type Attempt, withTimeout } from './with-timeout.ts';

/** What stands between a request and the time it takes; tests bring their own. */
export interface Clock {
  now(): number;
  /** From 0 up to 1. */
  random(): number;
  /** Rejects with the signal's reason when it aborts. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export interface RetryPolicy {
  /** The model, as people know it: it begins every error's message. */
  name: string;
  /** How often to try again after the first failure. */
  retries: number;
  /** How long an attempt may be silent; the whole attempt may take four times as long. */
  timeoutMs: number;
  /** Another model is there to be asked: one time-out is enough. */
  hurried?: boolean;
  clock?: Clock;
  /** Hears of each failure that is followed by another attempt; without a time where that begins as soon as there is a way. */
  onRetry?: (error: ModelError, waitMs?: number) => void;
}

/** A way that an attempt goes, such as a key of a pool. */
export interface Way {
  /** The attempt shows a sign of life. */
  alive(): void;
  succeeded(): void;
  /** Whoever asked went away: that says nothing about the way. */
  cancelled(): void;
  /** Returns the failure as it may be told. */
  failed(failure: Failure): Failure;
}

/** The ways that the attempts of one request may go. */
export interface Ways<Chosen extends Way> {
  /** The next one; waits where none is free. Rejects with a `ModelError` when none will be soon. */
  next(signal: AbortSignal): Promise<Chosen>;
  /**
   * What to do after a failure: go another way at once, which is free and was not gone before; go on and leave the waiting
   * to `next`; or go the same way again after a while.
   */
  after(): 'elsewhere' | 'next' | 'again';
}

const firstWaitMs = 500;
const longestWaitMs = 8_000;
/** A server that asks for more than this is asked again sooner: a turn cannot wait for long. */
const longestAskedWaitMs = 30_000;

export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  wait: async (milliseconds, signal) => {
    await delay(milliseconds, undefined, { signal });
  },
};

/**
 * Tries until an attempt succeeds, for as long as the failure may pass by itself and `mayRetry` agrees.
 *
 * Goes another way at once where one is free; a failure of the way's own, such as a key that is asked too often, does not
 * count then. Else waits as long as the server asks (`Retry-After`, 30 seconds at most), and else a random time up to
 * 0.5, 1, 2, 4 and then 8 seconds: exponential back-off with full jitter, after Marc Brooker, "Exponential
 * Backoff And Jitter", AWS Architecture Blog, 2015. Rejects with a `ModelError`, or with the signal's
 * reason at once when it aborts.
 */
export async function withRetries<Result, Chosen extends Way>(
  ways: Ways<Chosen>,
  attempt: (way: Chosen, ...rest: Parameters<Attempt<Result>>) => Promise<Result>,
  policy: RetryPolicy,
  signal: AbortSignal,
  mayRetry: () => boolean = () => true,
): Promise<Result> {
  const clock = policy.clock ?? systemClock;
  for (let failures = 0; ; ) {
    signal.throwIfAborted();
    const way = await ways.next(signal);
    try {
      const result = await withTimeout(
        (ended, alive) => attempt(way, ended, tellBoth(alive, way)),
        policy.timeoutMs,
        signal,
      );
      way.succeeded();
      return result;
    } catch (thrown) {
      if (signal.aborted) way.cancelled();
      signal.throwIfAborted();
      const failure = way.failed(toModelError(thrown, policy.name, clock.now()));
      const then = ways.after();
      const moves = then === 'elsewhere' && failure.kind !== undefined;
      if (!mayRetry() || (!moves && isFinal(failure, failures, policy))) throw failure.error;
      if (!moves) failures += 1;
      await pause(failure, then, failures, { policy, clock, signal });
    }
  }
}

function tellBoth(alive: () => void, way: Way): () => void {
  return () => {
    alive();
    way.alive();
  };
}

function isFinal(
  { error, mayPass }: Failure,
  failures: number,
  { retries, hurried = false }: RetryPolicy,
): boolean {
  return !mayPass || failures >= retries || (hurried && error.reason === 'timeout');
}

async function pause(
  { error, retryAfterMs }: Failure,
  then: ReturnType<Ways<Way>['after']>,
  failures: number,
  { policy, clock, signal }: { policy: RetryPolicy; clock: Clock; signal: AbortSignal },
): Promise<void> {
  if (then !== 'again') return policy.onRetry?.(error);
  const waitMs =
    retryAfterMs === undefined
      ? backOff(failures - 1, clock.random())
      : Math.min(retryAfterMs, longestAskedWaitMs);
  policy.onRetry?.(error, waitMs);
  await waitUnlessAborted(clock, waitMs, signal);
}

function backOff(failures: number, random: number): number {
  return Math.round(random * Math.min(longestWaitMs, firstWaitMs * 2 ** failures));
}

/** The timer's own abort error hides the reason; callers are promised the reason. */
async function waitUnlessAborted(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.wait(milliseconds, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
