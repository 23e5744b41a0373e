import type { LoggedEvent } from '../turn-event.ts';

/** Events kept in memory for each run, at most; a watcher that is further behind reads the database. */
const kept = 2_000;

/** The newest events of a run, and a bell for those who wait for more. */
export interface LiveLog {
  publish(events: LoggedEvent[]): void;
  /** The events after `seq`; undefined when some of them are no longer kept. */
  since(seq: number): LoggedEvent[] | undefined;
  /** Resolves at the next event. */
  next(): Promise<void>;
  /** Counts a watcher in; the returned function counts it out. */
  watch(): () => void;
  /** Resolves when nobody watches any more. */
  unwatched(): Promise<void>;
}

export function openLiveLog(): LiveLog {
  let events: LoggedEvent[] = [];
  let complete = true;
  let bell = Promise.withResolvers<void>();
  let watchers = 0;
  let alone = Promise.withResolvers<void>();
  alone.resolve();
  return {
    publish(added) {
      events.push(...added);
      if (events.length > kept * 2) {
        events = events.slice(-kept);
        complete = false;
      }
      bell.resolve();
      bell = Promise.withResolvers();
    },
    since(seq) {
      const first = events[0]?.seq ?? 0;
      if (!complete && seq < first - 1) return undefined;
      return events.slice(events.findLastIndex((event) => event.seq <= seq) + 1);
    },
    next: () => bell.promise,
    watch() {
      if (watchers++ === 0) alone = Promise.withResolvers();
      return () => {
        if (--watchers === 0) alone.resolve();
      };
    },
    unwatched: () => alone.promise,
  };
}
