import type { CassetteMiss } from './cassette-miss.ts';
import type { Place } from './place.ts';
import { keyOf, type PlainRequest } from './plain-request.ts';

/** What was asked in the attempts so far. */
export interface Attempts {
  /** Counts one more request. */
  count(place: Place, request: PlainRequest): Counted;
  miss(place: Place, miss: CassetteMiss): void;
  misses(place: Place): CassetteMiss[];
  /** An attempt came to its end, or broke off; one that broke off stays so. */
  end(place: Place, whole: boolean): void;
  /** Whether there were attempts at this place, and all of them came to their ends. */
  areWhole(place: Place): boolean;
}

export interface Counted {
  key: string;
  /** How often the same was asked in the attempt before. */
  nth: number;
  /** How often the agent asked in the attempt before. */
  ordinal: number;
  repeat: number;
}

interface Attempt {
  place: Place;
  isWhole?: boolean;
  byKey: Map<string, number>;
  byAgent: Map<string, number>;
  misses: CassetteMiss[];
}

export function openAttempts(): Attempts {
  const attempts = new Map<string, Attempt>();

  function attemptAt(place: Place): Attempt {
    const name = nameOf(place);
    const attempt = attempts.get(name) ?? { place, byKey: new Map(), byAgent: new Map(), misses: [] };
    attempts.set(name, attempt);
    return attempt;
  }

  return {
    count(place, request) {
      const { byKey, byAgent } = attemptAt(place);
      const key = keyOf(request, place.repeat);
      const [nth, ordinal] = [countUp(byKey, key), countUp(byAgent, request.agent)];
      return { key, nth, ordinal, repeat: place.repeat };
    },
    miss: (place, miss) => void attemptAt(place).misses.push(miss),
    misses: (place) => attempts.get(nameOf(place))?.misses ?? [],
    end(place, whole) {
      const attempt = attemptAt(place);
      attempt.isWhole = whole && attempt.isWhole !== false;
    },
    areWhole({ attempt: _, ...place }) {
      const there = [...attempts.values()].filter((one) => isAt(one.place, place));
      return there.length > 0 && there.every(({ isWhole }) => isWhole === true);
    },
  };
}

/** Returns the count before. */
function countUp(counts: Map<string, number>, name: string): number {
  const before = counts.get(name) ?? 0;
  counts.set(name, before + 1);
  return before;
}

function isAt(one: Place, other: Place): boolean {
  return one.suite === other.suite && one.case === other.case && one.repeat === other.repeat;
}

function nameOf({ suite, case: id, repeat, attempt = '' }: Place): string {
  return JSON.stringify([suite, id, repeat, attempt]);
}
