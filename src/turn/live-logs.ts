import { type LiveLog, openLiveLog } from './live-log.ts';

/** The live logs of the threads that run here or are watched here, by their `tenantKey`; one goes when nobody holds it any more. */
export interface LiveLogs {
  /** The thread's log, held until `release` is called. */
  hold(threadKey: string): { log: LiveLog; release: () => void };
  /** The thread's log, if somebody holds it. */
  get(threadKey: string): LiveLog | undefined;
  all(): Iterable<LiveLog>;
}

export function openLiveLogs(): LiveLogs {
  const held = new Map<string, { log: LiveLog; holders: number }>();
  return {
    hold(threadKey) {
      const entry = held.get(threadKey) ?? { log: openLiveLog(), holders: 0 };
      held.set(threadKey, entry);
      entry.holders += 1;
      let done = false;
      return {
        log: entry.log,
        release() {
          if (done) return;
          done = true;
          entry.holders -= 1;
          if (entry.holders === 0) held.delete(threadKey);
        },
      };
    },
    get: (threadKey) => held.get(threadKey)?.log,
    *all() {
      for (const { log } of held.values()) yield log;
    },
  };
}
