import type { RoadEvents } from './road.ts';

export interface Cuts {
  opened: () => void;
  broken: () => void;
  /** Says that a road works again. */
  back: () => void;
  /** Says that a road does not work. */
  gone: (cause: unknown) => void;
}

/** A road that stays away fails with every try, and is told of once. */
export function oncePerCut({ opened, broken, back, gone }: Cuts): Pick<RoadEvents, 'opened' | 'broken'> {
  let cut = false;
  return {
    opened() {
      if (cut) back();
      cut = false;
      opened();
    },
    broken(cause) {
      if (cut) return;
      cut = true;
      gone(cause);
      broken();
    },
  };
}
