import type { LoggedEvent } from '../turn-event.ts';

/** What one process tells the others. All of it is in the database as well. */
export type Notice = EventsNotice | { type: 'run-waits' } | { type: 'cancel'; runId: string };

/**
 * The log of a thread reaches to `seq`. Where `events` came along they are without a gap and the last of them is `seq`;
 * what stands before the first of them may still have to be read. The thread is named by its `tenantKey`.
 */
export interface EventsNotice {
  type: 'events';
  threadKey: string;
  seq: number;
  events?: LoggedEvent[];
}

/**
 * How replicas tell one another that something happened, soon after it did. It is best effort: a notice may be lost,
 * come twice, or come later than a newer one of the same thread. What must not be lost is read from the database.
 */
export interface Bus {
  /**
   * `alone`: one process, nobody to tell. `connected`. `cut`: others are not heard just now, so look into the database
   * more often.
   */
  state(): 'alone' | 'connected' | 'cut';
  /** Never throws and never waits. Notices of a moment travel together. */
  publish(notice: Notice): void;
  /**
   * Hears the notices of other processes, never its own. `onGap` is called when anything may have been missed, of every
   * kind of notice: after every new connection, and when a sender or the stream had to drop some. Returns how to stop.
   */
  subscribe(hear: (notice: Notice) => void, onGap: () => void): () => void;
  /** Ends within a second, also when the servers do not answer. */
  close(): Promise<void>;
}
