/** One count against one limit. */
export interface Charge {
  /** Of the limit, its window, and whom it is counted to. */
  key: string;
  cost: number;
  /** How much may be counted within any time as long as the window. */
  quota: number;
  /** Whole seconds, in milliseconds. */
  windowMs: number;
}

/** Where a limit stands. */
export interface Reading {
  /** What is counted, with the charge where it was taken. */
  used: number;
  /** Until the charge has room, or where it has, until something that is counted is forgotten; in milliseconds. */
  waitMs: number;
  fits: boolean;
}

/** Where counts are kept. */
export interface LimitStore {
  /**
   * Counts all charges, or none where one of them does not fit, as one step that no other one comes between, and tells where each
   * limit stands. Keys differ. `now`, in milliseconds since 1970, is there for tests; absent, it is the store's own clock. Rejects
   * when the store cannot be used.
   */
  take(charges: Charge[], now?: number): Promise<Reading[]>;
}

/**
 * A window is counted in so many slices. What is counted is forgotten as a whole slice, when its end lies a window back: never before
 * its time, and at most a twentieth of the window after it.
 */
export const slices = 20;
