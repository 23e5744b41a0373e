import { AsyncLocalStorage } from 'node:async_hooks';

/** An attempt at a case of a suite. */
export interface Place {
  suite: string;
  case: string;
  /** From 0. */
  repeat: number;
  /** Tells attempts apart that are made at the same place, such as those of two versions: their thread. It is on no tape. */
  attempt?: string;
}

const places = new AsyncLocalStorage<Place>();

/** Does something as part of an attempt, beside the turns on its thread: its judges ask models too. */
export function atPlace<T>(place: Place, act: () => T): T {
  return places.run(place, act);
}

/** The attempt that the code that asks is part of, where somebody said so. */
export function givenPlace(): Place | undefined {
  return places.getStore();
}
