/**
 * Who hears Redis. A process that does not (Redis is away from it, or it has none) says so over NOTIFY, again and
 * again, and the others speak there as well as long as they remember it.
 */
export interface Deafness {
  /** Whether the others have had time to hear what this process does not hear. */
  settled(): boolean;
  /** Whether some other process may not hear Redis. */
  ofOthers(): boolean;
  /** Another process said that it is deaf. */
  heard(): void;
  /** This process listens to NOTIFY from now on: whoever is deaf says so soon. */
  listens(): void;
  /** This process does not hear Redis. Others go on speaking there alone until they know: that is one more gap. */
  began(): void;
  ended(): void;
  close(): void;
}

export interface DeafnessOptions {
  /** Says over NOTIFY that this process does not hear Redis. */
  say: () => void;
  /** Anything may have been missed. */
  gap: () => void;
  /** How often every deaf process says so, in milliseconds. */
  every: number;
}

/** How long the others may take to know, in milliseconds. */
const settleFor = 1_000;

export function watchDeafness({ say, gap, every }: DeafnessOptions): Deafness {
  let othersUntil = 0;
  let settling: NodeJS.Timeout | undefined;

  function settle(): void {
    clearTimeout(settling);
    settling = undefined;
  }

  /** `rounds` of saying so: more than one, as one may be lost. */
  function remember(rounds: number): void {
    othersUntil = Math.max(othersUntil, performance.now() + rounds * every);
  }

  return {
    settled: () => settling === undefined,
    ofOthers: () => performance.now() < othersUntil,
    heard: () => remember(2.4),
    listens: () => remember(1.2),
    began() {
      settle();
      gap();
      say();
      settling = setTimeout(() => {
        settle();
        gap();
      }, settleFor);
    },
    ended: settle,
    close: settle,
  };
}
