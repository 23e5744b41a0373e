import type { Run } from '../../db/runs.ts';
import type { TurnInput } from '../../turn/turn-input.ts';

/** What a turn began with, as `acceptTurn` wrote it into its run. */
export function inputOfRun({ input }: Run): TurnInput {
  return input as typeof input & TurnInput; // the column says only that it is JSON
}
