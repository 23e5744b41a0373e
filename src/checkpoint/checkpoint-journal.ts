import type { NewCheckpoint, NewValue } from './put-checkpoint.ts';

/** A checkpoint that is to be written together with what else its run has to write. */
export interface GatheredCheckpoint {
  row: NewCheckpoint;
  values: NewValue[];
  /** The pack that it is a line of; absent where it has a row of its own: see `OpenPacks`. */
  pack?: string | undefined;
  /** Saves it by itself, whatever is in the database by now. */
  saveAlone: () => Promise<void>;
}

/** What a run hands its saver, so that its states are written with its events, in the order in which they came. */
export interface CheckpointJournal {
  /** Nothing that comes after it is seen by anybody before it is saved. */
  put(checkpoint: GatheredCheckpoint): void;
  /** Resolves when all that was put is saved. */
  saved(): Promise<void>;
  /** The graph goes on only when a state is saved: for tools that change something. */
  waits: boolean;
  writes: HeldWrites;
}

/**
 * What the tasks of a run handed in and the next checkpoint is about to take over: where that comes first, as it does when a step has
 * one task, it never has to be written. Keys name a checkpoint.
 */
export class HeldWrites {
  readonly #held = new Map<string, (() => Promise<void>)[]>();
  readonly #written = new Set<string>();
  #mayHaveWritten: boolean;

  /** `begunBefore`: an attempt before may have written on the checkpoint that this one goes on from. */
  constructor(begunBefore: boolean) {
    this.#mayHaveWritten = begunBefore;
  }

  hold(key: string, write: () => Promise<void>): void {
    this.#held.set(key, [...(this.#held.get(key) ?? []), write]);
  }

  /** Says that something was written on a checkpoint, which the next one has to take off it. */
  wrote(key: string): void {
    this.#written.add(key);
  }

  /** The next checkpoint has what was held. True when there is something in the database as well. */
  absorb(key: string): boolean {
    this.#held.delete(key);
    const written = this.#mayHaveWritten || this.#written.has(key);
    this.#mayHaveWritten = false;
    return written;
  }

  /** Writes what no checkpoint took over. */
  async flush(): Promise<void> {
    for (const [key, writes] of [...this.#held]) {
      for (const write of writes) await write();
      this.#held.delete(key);
      this.#written.add(key);
    }
  }
}
