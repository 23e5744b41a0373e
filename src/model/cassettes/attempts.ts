import type { CassetteMiss } from './cassette-miss.ts';
import type { Place } from './place.ts';
import { keyOf, type PlainRequest } from './plain-request.ts';

/** What was asked in the attempts so far. */
export interface Attempts {
  /** Counts one more request. */
  count(place: Place, request: PlainRequest): Counted;
  miss(place: Place, miss: CassetteMiss): void;
  misses(place: Place): CassetteMiss[];
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
  byKey: Map<string, number>;
  byAgent: Map<string, number>;
  misses: CassetteMiss[];
}

export function openAttempts(): Attempts {
  const attempts = new Map<string, Attempt>();

  function attemptAt(place: Place): Attempt {
    const name = nameOf(place);
    const attempt = attempts.get(name) ?? { byKey: new Map(), byAgent: new Map(), misses: [] };
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
  };
}

/** Returns the count before. */
function countUp(counts: Map<string, number>, name: string): number {
  const before = counts.get(name) ?? 0;
  counts.set(name, before + 1);
  return before;
}

function nameOf({ suite, case: id, repeat, attempt = '' }: Place): string {
  return JSON.stringify([suite, id, repeat, attempt]);
}
