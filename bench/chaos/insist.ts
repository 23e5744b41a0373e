import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from './world.ts';

/** An answer that will not be another one when it is asked for again. */
export class RefusedError extends Error {
  override name = 'RefusedError';
}

/** How long an answer may be silent before a client takes the connection for dead, in milliseconds. */
export const silentMs = 20_000;

/** How long a client waits for the end of a turn before it asks again, in milliseconds. */
export const waitMs = 30_000;

/**
 * Asks until there is an answer: again where the connection broke, and where the service says that it cannot just now.
 * Rejects with a `RefusedError` for any other answer, and when the deadline is over.
 */
export async function insist<T>(world: World, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  for (;;) {
    world.deadline.throwIfAborted();
    try {
      return await ask(world.deadline);
    } catch (error) {
      if (error instanceof RefusedError) throw error;
      world.deadline.throwIfAborted();
      await sleep(200 + 300 * Math.random());
    }
  }
}

/** Throws unless the answer is good; what `insist` may ask again is told apart from what it may not. */
export async function mustBeGood(world: World, response: Response): Promise<Response> {
  if (response.ok) return response;
  const text = await response.text();
  if ([429, 502, 503].includes(response.status)) {
    world.refusals.set(response.status, (world.refusals.get(response.status) ?? 0) + 1);
    throw new Error(text);
  }
  throw new RefusedError(`${response.status} ${text}`);
}
