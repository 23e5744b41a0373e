import type { StreamResponse } from '@a2a-js/sdk';
import type { AppContext } from '../../app-context.ts';
import { readEvents } from '../../db/events.ts';
import type { Run } from '../../db/runs.ts';
import { CallerError } from '../../errors.ts';
import { watchRun } from '../../turn/watch-run.ts';
import { savedStates } from '../langgraph/saved-states.ts';
import type { FoundTask } from './find-task.ts';
import { openTaskLog, type TaskLog } from './task-log.ts';

const page = 1_000;

/** A task as far as its log was read. */
export interface ReadTask {
  log: TaskLog;
  /** The run that the task is at, and the last event that was read of it. */
  run: Run;
  after: number;
}

/** A task as the log has it now. */
export async function readTask(context: AppContext, task: FoundTask): Promise<ReadTask> {
  const log = openTaskLog(task, savedStates(context));
  let [run] = task.runs;
  let after = 0;
  for (run of task.runs) {
    log.add(run);
    after = await readRun(context, run, log);
  }
  if (task.left) log.leave();
  return { log, run, after };
}

/** A task as it is before anything happens in its newest run. */
export async function readTaskBefore(context: AppContext, task: FoundTask): Promise<ReadTask> {
  const run = task.runs.at(-1) ?? task.runs[0];
  const log = openTaskLog(task, savedStates(context));
  for (const earlier of task.runs.slice(0, -1)) {
    log.add(earlier);
    await readRun(context, earlier, log);
  }
  log.add(run);
  return { log, run, after: 0 };
}

/** What happens to a task from where it was read to, until it ends or waits. Throws when that cannot be seen. */
export async function* followTask(
  context: AppContext,
  { log, run, after }: ReadTask,
  signal: AbortSignal,
): AsyncGenerator<StreamResponse> {
  if (log.rests) return;
  const ids = { threadId: run.thread_id, runId: run.run_id };
  for await (const event of watchRun(context, { ...ids, after, signal })) yield* await log.next(event);
  if (log.rests || signal.aborted) return;
  throw new CallerError('unavailable', 'The task was stopped before it came to its end.');
}

async function readRun({ db }: AppContext, { run_id: runId }: Run, log: TaskLog): Promise<number> {
  for (let after = 0; ; ) {
    const events = await readEvents(db, { runId, after, limit: page });
    for (const event of events) await log.next(event);
    after = events.at(-1)?.seq ?? after;
    if (events.length < page) return after;
  }
}
