import { type LiveLog, openLiveLog } from './live-log.ts';

/** The live logs of the threads that run here or are watched here, by their `tenantKey`; one goes when nobody holds it any more. */
export interface LiveLogs {
  /**
   * Holds the log of a run that is about to be accepted, until its first watcher comes, for a second at most: what happens in
   * between is there for the watcher. The returned function lets go, for a run that was not accepted.
   */
  expect(threadKey: string, runId: string): () => void;
  /** Whether the log has been held since before the run was there. True once, for the first who asks. */
  take(threadKey: string, runId: string): boolean;
  /** The thread's log, held until `release` is called. */
  hold(threadKey: string): { log: LiveLog; release: () => void };
  /** The thread's log, if somebody holds it. */
  get(threadKey: string): LiveLog | undefined;
  all(): Iterable<LiveLog>;
}

/** How long a watcher may take to come, in milliseconds. */
const expectFor = 1_000;

export function openLiveLogs(): LiveLogs {
  const held = new Map<string, { log: LiveLog; holders: number }>();
  /** How to let go of the runs that are expected to be watched, by thread and run. */
  const expected = new Map<string, () => void>();

  function hold(threadKey: string): { log: LiveLog; release: () => void } {
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
  }

  return {
    expect(threadKey, runId) {
      const key = `${threadKey} ${runId}`;
      const { release } = hold(threadKey);
      const letGo = () => {
        clearTimeout(timer);
        expected.delete(key);
        release();
      };
      const timer = setTimeout(letGo, expectFor).unref();
      expected.set(key, letGo);
      return letGo;
    },
    take(threadKey, runId) {
      const letGo = expected.get(`${threadKey} ${runId}`);
      letGo?.();
      return letGo !== undefined;
    },
    hold,
    get: (threadKey) => held.get(threadKey)?.log,
    *all() {
      for (const { log } of held.values()) yield log;
    },
  };
}
