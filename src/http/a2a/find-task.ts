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

const page = 50;

/** The task that a run belongs to, of an assistant. Throws a `CallerError` (`not-found`). */
export async function findTask(context: AppContext, assistantId: string, runId: string): Promise<FoundTask> {
  const known = z.guid().safeParse(runId).success;
  const run = known ? await getRun(context.db, runId.toLowerCase()) : undefined;
  if (!run || !isOf(run, assistantId)) throw noTask(runId);
  return taskOf(context, run);
}

/** The task that a run belongs to. Of a thread's runs, only those from the task on are read. */
export async function taskOf({ db }: AppContext, run: Run): Promise<FoundTask> {
  /** Oldest first. */
  const runs: Run[] = [];
  for (let offset = 0; ; offset += page) {
    const earlier = await listRuns(db, run.thread_id, { limit: page, offset });
    runs.unshift(...earlier.toReversed());
    const found = toTasks(runs).find((task) => task.runs.some(({ run_id }) => run_id === run.run_id));
    const isWhole = found && !resumes(found.runs[0]);
    if (isWhole || earlier.length < page) return found ?? { ...toTask([run]), left: false };
  }
}

/** All tasks of a thread that an assistant has, oldest first. */
export async function tasksIn(
  { db }: AppContext,
  threadId: string,
  assistantId: string,
): Promise<FoundTask[]> {
  const runs: Run[] = [];
  for (let offset = 0; ; offset += page) {
    const earlier = await listRuns(db, threadId, { limit: page, offset });
    runs.unshift(...earlier.toReversed());
    if (earlier.length < page) break;
  }
  return toTasks(runs).filter((task) => isOf(task.runs[0], assistantId));
}

/** Runs that follow each other, as tasks. */
function toTasks(runs: Run[]): FoundTask[] {
  const chains: [Run, ...Run[]][] = [];
  for (const run of runs) {
    const chain = chains.at(-1);
    if (chain && resumes(run)) chain.push(run);
    else chains.push([run]);
  }
  return chains.map((chain, at) => ({ ...toTask(chain), left: at < chains.length - 1 }));
}

function toTask(runs: [Run, ...Run[]]): Omit<FoundTask, 'left'> {
  const [first] = runs;
  return { taskId: first.run_id, contextId: first.thread_id, runs };
}

function resumes({ input }: Run): boolean {
  return input.resume !== undefined;
}

function isOf(run: Run, assistantId: string): boolean {
  return (run.assistant_id ?? assistantIdOf(run.graph)) === assistantId;
}

export function noTask(taskId: string): CallerError {
  return new CallerError('not-found', `There is no task ${taskId.slice(0, 100)}.`);
}
