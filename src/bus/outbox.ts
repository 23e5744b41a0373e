import { bare, keyOf, mergeSignals, type Signal } from './signal.ts';

export interface Outbox {
  add(signal: Signal): void;
  /** Sends what is left, once, and takes nothing more. */
  close(): Promise<void>;
}

export interface OutboxOptions {
  /** Rejects when the signals could not be sent; they are tried again. */
  send: (signals: Signal[]) => Promise<void>;
  /** The least time between two sends, in milliseconds; what comes between is gathered. */
  every: () => number;
  /** How long to wait after a send that failed. */
  retryAfter?: number;
  /** Signals that may wait; beyond, all of them become one `lost`. */
  most?: number;
}

/** Gathers signals and sends them together, one send at a time. The first after a quiet moment goes at once. */
export function openOutbox({ send, every, retryAfter = 250, most = 10_000 }: OutboxOptions): Outbox {
  let waiting = new Map<string, Signal>();
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;
  let nextAt = 0;
  let closed = false;

  function put(signal: Signal): void {
    const key = keyOf(signal);
    const present = waiting.get(key);
    if (!present && waiting.size >= most) {
      waiting = new Map([['lost', { type: 'lost' }]]);
      return;
    }
    waiting.set(key, present ? mergeSignals(present, signal) : signal);
  }

  function plan(): void {
    if (sending || timer || closed || waiting.size === 0) return;
    timer = setTimeout(flush, Math.max(0, nextAt - performance.now()));
  }

  function flush(): void {
    timer = undefined;
    const signals = [...waiting.values()];
    waiting = new Map();
    nextAt = performance.now() + every();
    sending = send(signals)
      .catch(() => {
        nextAt = performance.now() + retryAfter;
        for (const signal of signals) put(bare(signal));
      })
      .then(() => {
        sending = undefined;
        plan();
      });
  }

  return {
    add(signal) {
      if (closed) return;
      put(signal);
      plan();
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await sending;
      if (waiting.size > 0) await send([...waiting.values()]).catch(() => undefined);
    },
  };
}
