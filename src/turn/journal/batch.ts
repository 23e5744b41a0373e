import type { GatheredCheckpoint } from '../../checkpoint/checkpoint-journal.ts';
import type { TimedEvent } from '../../db/event-rows.ts';
import type { RunEnd } from '../../db/runs.ts';

/** What one run has to write at one time: all of it or nothing. */
export interface Batch {
  threadId: string;
  runId: string;
  /** Who must own the thread: see `ownerOf`. */
  owner: string;
  /** The number of the thread's last event. */
  after: number;
  events: TimedEvent[];
  checkpoints: GatheredCheckpoint[];
  /** The run ends with the last event. */
  end?: BatchEnd | undefined;
}

/** The end of a run and of the claim on it. */
export interface BatchEnd extends Pick<RunEnd, 'status' | 'threadStatus'> {
  /** Which claim on the run has to hold: see `Claim`. */
  retryCount: number;
}
