import type { AppContext } from '../../app-context.ts';
import { readLastEvent } from '../../db/last-event.ts';
import { getRun, listRuns, type Run } from '../../db/runs.ts';
import { getThread } from '../../db/threads.ts';
import { CallerError } from '../../errors.ts';
import type { Message } from '../../message.ts';
import { readState } from '../../turn/thread-state.ts';
import { askedOf } from './response-head.ts';
import { noSuch, runIdOf, threadIdOf } from './response-ids.ts';
import type { ResponseRequest } from './response-request.ts';

/** Where a turn goes on. */
export interface Place {
  /** Absent: a new thread. */
  threadId?: string;
  /** An older state than the newest, to branch off from. */
  checkpointId?: string;
  /** What a thread that is not kept begins with. */
  history?: Message[];
  /** The run that was there last. */
  before?: Run;
}

/**
 * Finds what a request goes on with: a conversation, or the thread of a response, from the state that the response left
 * behind. Throws a `CallerError` when there is none.
 */
export async function findPlace(context: AppContext, request: ResponseRequest): Promise<Place> {
  const { conversation, previous_response_id: previous, store } = request;
  if (conversation) return findConversation(context, conversation);
  if (!previous) return {};
  const run = await getRun(context.db, runIdOf(previous, 'previous_response_id'));
  if (!run || !askedOf(run).store) throw noSuch('response', previous, 'previous_response_id');
  const place = { threadId: run.thread_id, before: run };
  const isNewest = (await lastRun(context, run.thread_id))?.run_id === run.run_id;
  if (isNewest && store !== false) return place;
  if (run.status === 'pending' || run.status === 'running') {
    throw new CallerError('conflict', 'The previous response has not ended.');
  }
  const saved = await readLastEvent(context.db, { runId: run.run_id }, 'checkpoint');
  const checkpointId = saved?.checkpointId;
  if (store !== false) return { ...place, ...(checkpointId && { checkpointId }) };
  const state = await readState(context, run.thread_id, checkpointId);
  return { history: state?.values.messages ?? [], before: run };
}

async function findConversation(context: AppContext, conversation: string): Promise<Place> {
  const threadId = threadIdOf(conversation, 'conversation');
  const thread = await getThread(context.db, threadId);
  if (!thread || thread.temporary) throw noSuch('conversation', conversation, 'conversation');
  const before = await lastRun(context, threadId);
  return { threadId, ...(before && { before }) };
}

async function lastRun({ db }: AppContext, threadId: string): Promise<Run | undefined> {
  const [newest] = await listRuns(db, threadId, { limit: 1 });
  return newest;
}
