import type { Clock } from '../../src/model/with-retries.ts';

export interface MovingClock extends Clock {
  /** Lets so much time pass, waits that end in it one after the other, and what they set off. */
  pass(milliseconds: number): Promise<void>;
  /** How many wait. */
  waiting(): number;
}

/** A clock on which time passes only when the test says so. */
export function movingClock(random = () => 0, start = 1_000_000): MovingClock {
  let now = start;
  const waits = new Set<{ at: number; go: () => void }>();
  return {
    now: () => now,
    random,
    wait: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        const leave = () => {
          waits.delete(one);
          reject(signal.reason);
        };
        const one = {
          at: now + Math.max(0, milliseconds),
          go() {
            signal.removeEventListener('abort', leave);
            resolve();
          },
        };
        signal.addEventListener('abort', leave, { once: true });
        waits.add(one);
      }),
    waiting: () => waits.size,
    async pass(milliseconds) {
      const end = now + milliseconds;
      for (;;) {
        await settled();
        const [next] = [...waits].sort((a, b) => a.at - b.at);
        if (!next || next.at > end) break;
        waits.delete(next);
        now = Math.max(now, next.at);
        next.go();
      }
      now = end;
      await settled();
    },
  };
}

/** Everything that follows from what was resolved has run: promises, and one round of the loop. */
async function settled(): Promise<void> {
  for (let round = 0; round < 3; round += 1) await new Promise((resolve) => setImmediate(resolve));
}
