import { type ListTasksRequest, type ListTasksResponse, type Task, TaskState } from '@a2a-js/sdk';
import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { checkInput } from '../check-input.ts';
import { type FoundTask, tasksIn } from './find-task.ts';
import { readTask } from './follow-task.ts';
import { withHistory } from './with-history.ts';

const asInRequest = z.object({
  contextId: z.guid('expected the id of a context: tasks are listed of one').toLowerCase(),
  pageSize: z.int().min(1).max(100).default(50),
  pageToken: z.string(),
  historyLength: z.int().min(0).optional(),
  includeArtifacts: z.boolean().default(false),
  status: z.enum(TaskState),
  statusTimestampAfter: z.iso.datetime({ offset: true }).optional(),
});

/** The tasks of a context, newest first. The token of a page is the id of the task before it. Throws a `CallerError`. */
export async function listTasks(
  context: AppContext,
  assistantId: string,
  request: ListTasksRequest,
): Promise<ListTasksResponse> {
  const { contextId, pageSize, pageToken, status, statusTimestampAfter, ...shown } = checkInput(
    asInRequest,
    request,
  );
  const read = async (found: FoundTask) => (await readTask(context, found)).log.task();
  const all = (await tasksIn(context, contextId, assistantId)).toReversed();
  const isAsked = (task: Task) =>
    (!status || task.status?.state === status) &&
    (!statusTimestampAfter || Date.parse(task.status?.timestamp ?? '') >= Date.parse(statusTimestampAfter));
  const asked =
    status || statusTimestampAfter ? await keep(all, async (one) => isAsked(await read(one))) : all;
  const from = pageToken ? asked.findIndex(({ taskId }) => taskId === pageToken) + 1 : 0;
  const page = pageToken && from === 0 ? [] : asked.slice(from, from + pageSize);
  const tasks: Task[] = [];
  for (const one of page) tasks.push(show(await read(one), shown));
  const more = from + pageSize < asked.length && page.length > 0;
  return {
    tasks,
    nextPageToken: more ? (page.at(-1)?.taskId ?? '') : '',
    pageSize,
    totalSize: asked.length,
  };
}

interface Shown {
  historyLength?: number | undefined;
  includeArtifacts: boolean;
}

function show(task: Task, { historyLength, includeArtifacts }: Shown): Task {
  const told = withHistory(task, historyLength);
  return includeArtifacts ? told : { ...told, artifacts: [] };
}

async function keep<T>(items: T[], isWanted: (item: T) => Promise<boolean>): Promise<T[]> {
  const kept: T[] = [];
  for (const item of items) if (await isWanted(item)) kept.push(item);
  return kept;
}
