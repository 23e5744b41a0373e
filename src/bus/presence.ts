/**
 * Whether anybody else listens to NOTIFY. Every process says over it that it is there: when it begins to listen, again and again,
 * and at once to one that it did not know of. While nobody else is there, nothing has to be told to anybody.
 */
export interface Presence {
  /**
   * Whether nobody else is there. Never while this process does not hear itself: then it would not hear others either, as through a
   * pooler that shares sessions.
   */
  alone(): boolean;
  /** Something was not told because nobody was there. */
  kept(): void;
  /** A packet of this sender came over NOTIFY. */
  heard(from: string): void;
  /** This process listens from now on. */
  listens(): void;
  close(): void;
}

export interface PresenceOptions {
  /** The name of this process. */
  self: string;
  /** Says over NOTIFY that this process is there. */
  say: () => void;
  /** Tells the others that they may have missed something. */
  tellGap: () => void;
  /** How often it is said, in milliseconds. */
  every: number;
}

/** How long the others may take to answer who begins to listen, in milliseconds. */
const answerWithin = 2_000;

/** Who has not been heard of for so long, in milliseconds, is gone; two of its words may be lost or late. */
const shortest = 5_000;

export function watchPresence({ self, say, tellGap, every }: PresenceOptions): Presence {
  const heardUntil = new Map<string, number>();
  let othersUntil = Number.POSITIVE_INFINITY; // until they had time to answer
  let hasKept = false;
  const saying = setInterval(say, every);

  function alone(): boolean {
    const now = performance.now();
    return now > othersUntil && now < (heardUntil.get(self) ?? 0);
  }

  return {
    alone,
    kept() {
      hasKept = true;
    },
    heard(from) {
      const now = performance.now();
      const isKnown = now < (heardUntil.get(from) ?? 0);
      const until = now + Math.max(2.4 * every, shortest);
      for (const [name, then] of heardUntil) if (then < now) heardUntil.delete(name);
      heardUntil.set(from, until);
      if (from === self) return;
      othersUntil = Math.max(othersUntil, until);
      if (!isKnown) say();
      if (hasKept) tellGap();
      hasKept = false;
    },
    listens() {
      heardUntil.delete(self);
      const known = Math.max(0, ...heardUntil.values());
      othersUntil = Math.max(known, performance.now() + answerWithin);
      say();
    },
    close: () => clearInterval(saying),
  };
}
