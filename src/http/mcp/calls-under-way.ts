import { tenantKey } from '../../tenancy.ts';

/** The calls that this process is carrying out, so that their clients can take them back. */
export interface CallsUnderWay {
  /** A signal for a call, and how to say that it is over. A client without a session cannot take calls back. */
  watch(session: string | undefined, requestId: string | number): { signal: AbortSignal; end(): void };
  cancel(session: string | undefined, requestId: unknown): void;
}

/**
 * Ids of requests are unique within a session alone, and sessions are named by random numbers: nobody guesses another's. A client may
 * name its session itself, though, so each tenant has its own.
 */
export function openCallsUnderWay(): CallsUnderWay {
  const calls = new Map<string, AbortController>();
  return {
    watch(session, requestId) {
      const key = keyOf(session, requestId);
      const controller = new AbortController();
      if (session) calls.set(key, controller);
      const end = () => {
        if (calls.get(key) === controller) calls.delete(key);
      };
      return { signal: controller.signal, end };
    },
    cancel(session, requestId) {
      if (session) calls.get(keyOf(session, requestId))?.abort();
    },
  };
}

function keyOf(session: string | undefined, requestId: unknown): string {
  return tenantKey(`${session} ${typeof requestId} ${requestId}`);
}
