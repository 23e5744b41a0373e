import { setTimeout as delay } from 'node:timers/promises';
import type { ModelError } from './chat-model.ts';
import { toModelError } from './to-model-error.ts';
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
  clock?: Clock;
  /** Hears of each failure that is followed by another attempt. */
  onRetry?: (error: ModelError, waitMs: number) => void;
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
 * Waits as long as the server asks (`Retry-After`, 30 seconds at most), and else a random time up to
 * 0.5, 1, 2, 4 and then 8 seconds: exponential back-off with full jitter, after Marc Brooker, "Exponential
 * Backoff And Jitter", AWS Architecture Blog, 2015. Rejects with a `ModelError`, or with the signal's
 * reason at once when it aborts.
 */
export async function withRetries<Result>(
  attempt: Attempt<Result>,
  policy: RetryPolicy,
  signal: AbortSignal,
  mayRetry: () => boolean = () => true,
): Promise<Result> {
  const clock = policy.clock ?? systemClock;
  for (let failures = 0; ; failures += 1) {
    signal.throwIfAborted();
    try {
      return await withTimeout(attempt, policy.timeoutMs, signal);
    } catch (thrown) {
      signal.throwIfAborted();
      const { error, mayPass, retryAfterMs } = toModelError(thrown, policy.name, clock.now());
      if (!mayPass || failures >= policy.retries || !mayRetry()) throw error;
      const waitMs = Math.min(retryAfterMs ?? Number.POSITIVE_INFINITY, longestAskedWaitMs);
      const chosenMs = retryAfterMs === undefined ? backOff(failures, clock.random()) : waitMs;
      policy.onRetry?.(error, chosenMs);
      await waitUnlessAborted(clock, chosenMs, signal);
    }
  }
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
