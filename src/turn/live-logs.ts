import { type LiveLog, openLiveLog } from './live-log.ts';

/** The live logs of the threads that run here or are watched here; one goes when nobody holds it any more. */
export interface LiveLogs {
  /** The thread's log, held until `release` is called. */
  hold(threadId: string): { log: LiveLog; release: () => void };
  /** The thread's log, if somebody holds it. */
  get(threadId: string): LiveLog | undefined;
  all(): Iterable<LiveLog>;
}

export function openLiveLogs(): LiveLogs {
  const held = new Map<string, { log: LiveLog; holders: number }>();
  return {
    hold(threadId) {
      const entry = held.get(threadId) ?? { log: openLiveLog(), holders: 0 };
      held.set(threadId, entry);
      entry.holders += 1;
      let done = false;
      return {
        log: entry.log,
        release() {
          if (done) return;
          done = true;
          entry.holders -= 1;
          if (entry.holders === 0) held.delete(threadId);
        },
      };
    },
    get: (threadId) => held.get(threadId)?.log,
    *all() {
      for (const { log } of held.values()) yield log;
    },
  };
}
