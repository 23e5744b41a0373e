/** What was used in the last minute, in this process. Times are in milliseconds. */
export interface RateWindow {
  /** When so much may be used: `now`, or later. What is more than the whole limit waits until nothing is in use. */
  freeAt(now: number, amount: number): number;
  use(now: number, amount: number): void;
}

const seconds = 60;

/**
 * A sliding window of a minute over whole seconds: in no 60 seconds is more used than the limit, but for what is used in one
 * go. What was used counts for up to a second longer than a minute.
 */
export function openRateWindow(limit: number): RateWindow {
  /** The oldest first. */
  const used: { second: number; amount: number }[] = [];
  let sum = 0;
  const forget = (now: number) => {
    while (used[0] && now >= endOf(used[0].second)) sum -= used.shift()?.amount ?? 0;
  };
  return {
    freeAt(now, amount) {
      forget(now);
      let left = sum;
      if (left + amount <= limit || left <= 0) return now;
      for (const { second, amount: gone } of used) {
        left -= gone;
        if (left + amount <= limit || left <= 0) return endOf(second);
      }
      return now;
    },
    use(now, amount) {
      forget(now);
      const second = Math.floor(now / 1000);
      const last = used.at(-1);
      if (last && last.second >= second) last.amount += amount;
      else used.push({ second, amount });
      sum += amount;
    },
  };
}

function endOf(second: number): number {
  return (second + seconds + 1) * 1000;
}
