import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { getRun, listRuns, type Run } from '../../db/runs.ts';
import { CallerError } from '../../errors.ts';
import { assistantIdOf } from '../langgraph/assistant.ts';

/** A task: a run, and those that resumed it, one after the other. Its id is the first run's. */
export interface FoundTask {
  taskId: string;
  contextId: string;
  runs: [Run, ...Run[]];
  /** The thread went on with something else. */
  left: boolean;
}

const page = 100;

/** The task that a run belongs to, of an assistant. Throws a `CallerError` (`not-found`). */
export async function findTask(context: AppContext, assistantId: string, runId: string): Promise<FoundTask> {
  const known = z.guid().safeParse(runId).success;
  const run = known ? await getRun(context.db, runId.toLowerCase()) : undefined;
  if (!run || (run.assistant_id ?? assistantIdOf(run.graph)) !== assistantId) throw noTask(runId);
  return taskOf(context, run);
}

export async function taskOf({ db }: AppContext, run: Run): Promise<FoundTask> {
  /** Oldest first, from the run that began the task on. */
  const runs: Run[] = [];
  for (let offset = 0; ; offset += page) {
    const earlier = await listRuns(db, run.thread_id, { limit: page, offset });
    runs.unshift(...earlier.toReversed());
    const at = runs.findIndex(({ run_id }) => run_id === run.run_id);
    const from = at < 0 ? -1 : runs.findLastIndex((one, place) => place <= at && !resumes(one));
    if (from < 0 && earlier.length === page) continue;
    return cut(runs.slice(Math.max(from, 0)), run);
  }
}

/** The runs up to the next that is no answer to what the task waits for. */
function cut([first, ...later]: Run[], run: Run): FoundTask {
  const begins = first ?? run;
  const end = later.findIndex((one) => !resumes(one));
  const answers = end < 0 ? later : later.slice(0, end);
  return {
    taskId: begins.run_id,
    contextId: run.thread_id,
    runs: [begins, ...answers],
    left: end >= 0,
  };
}

function resumes({ input }: Run): boolean {
  return input.resume !== undefined;
}

export function noTask(taskId: string): CallerError {
  return new CallerError('not-found', `There is no task ${taskId.slice(0, 100)}.`);
}
