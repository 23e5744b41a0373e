/** A request that ran out of time. */
export class ModelTimeout extends Error {
  override name = 'ModelTimeout';
}

/** One try. `alive` is to be called with each sign of life; `signal` aborts on time-out too. */
export type Attempt<Result> = (signal: AbortSignal, alive: () => void) => Promise<Result>;

/** How many times the silence that is allowed the whole attempt may take. */
const wholeInSilences = 4;

/**
 * Runs an attempt that may be silent for `timeoutMs` at a time and take four times as long in all. Rejects with a
 * `ModelTimeout`, or with the signal's reason, at once, even if the attempt itself does not listen.
 */
export async function withTimeout<Result>(
  attempt: Attempt<Result>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Result> {
  const ended = new AbortController();
  const expire = () => ended.abort(new ModelTimeout('The model took too long.'));
  const cancel = () => ended.abort(signal.reason);
  const silence = setTimeout(expire, timeoutMs);
  const whole = setTimeout(expire, timeoutMs * wholeInSilences);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await Promise.race([attempt(ended.signal, () => silence.refresh()), rejectedBy(ended.signal)]);
  } catch (error) {
    ended.signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(silence);
    clearTimeout(whole);
    signal.removeEventListener('abort', cancel);
  }
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
