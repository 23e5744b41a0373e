const tries = 5;
const floorMs = 5;
const apart = 16;

/** Under what `growthOf` stays where the cost is about that of the length: it says 16 there, on a busy machine up to three times that, and 256 where it is that of the square. */
export const mostGrowth = 4 * apart;

/**
 * How often the cost of `act(whole / 16)` goes into that of `act(whole)`, by the processor's time of this process: the same on a fast machine
 * and on a slow one. Each is the least of several tries, for what else the machine does only adds to it. What takes less than 5 ms counts as
 * that.
 */
export async function growthOf(act: (length: number) => unknown, whole: number): Promise<number> {
  const part = Math.floor(whole / apart);
  for (let early = 0; early < 3; early++) await act(part); // the first times compile
  let [little, all] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let done = 0; done < tries; done++) {
    for (let again = 0; again < 3; again++) little = Math.min(little, await cpuMsOf(() => act(part)));
    all = Math.min(all, await cpuMsOf(() => act(whole)));
    if (all < mostGrowth * Math.max(little, floorMs)) break;
  }
  return all / Math.max(little, floorMs);
}

async function cpuMsOf(act: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await act();
  return process.cpuUsage(before).user / 1_000;
}
