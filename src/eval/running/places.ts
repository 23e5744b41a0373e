import { givenPlace, type Place } from '../../model/cassettes/place.ts';
import { currentRun } from '../../tenancy.ts';

/** Which attempt at which case is under way, for what is asked of models meanwhile. */
export interface Places {
  /** A thread's turns belong to this attempt from now on. */
  set(threadId: string, place: Place): void;
  current(): Place | undefined;
}

export function openPlaces(): Places {
  const threads = new Map<string, Place>();
  return {
    set: (threadId, place) => void threads.set(threadId, place),
    current() {
      const run = currentRun();
      return (run && threads.get(run.threadId)) ?? givenPlace();
    },
  };
}
