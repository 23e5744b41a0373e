import type { AppContext } from '../../app-context.ts';
import { getThread } from '../../db/threads.ts';
import { CallerError } from '../../errors.ts';
import { readState, type ThreadState } from '../../turn/thread-state.ts';
import type { TurnRequest } from '../../turn/turn-request.ts';

type Beginning = Pick<TurnRequest, 'threadId' | 'checkpointId' | 'resume' | 'proceed' | 'update'>;

/**
 * Refuses, as far as can be seen before the turn, one that would find nothing where it begins. Throws a `CallerError`: `not-found`
 * for an unknown checkpoint, `conflict` when a thread has nothing to go on with, or waits for something else than what is answered.
 */
export async function checkBeginning(
  context: AppContext,
  { threadId, checkpointId, resume, proceed, update }: Beginning,
  { strict }: { strict: boolean },
): Promise<void> {
  const answers = resume !== undefined && (strict || update !== undefined);
  if (!checkpointId && !proceed && !answers) return;
  const thread = threadId ? await getThread(context.db, threadId) : undefined;
  if (!thread) {
    if (checkpointId) throw noCheckpoint(checkpointId);
    if (proceed && !threadId) throw nothingNew();
    return;
  }
  const state = await readState(context, thread.thread_id, checkpointId);
  if (checkpointId && !state?.createdAt) throw noCheckpoint(checkpointId);
  if (thread.status === 'busy') return; // what will be there is seen when the turn begins
  if (proceed && !state?.next.length) {
    throw new CallerError('conflict', 'There is nothing to go on with: the thread has come to its end.');
  }
  if (answers) refuseOtherAnswers(state, resume);
}

function nothingNew(): CallerError {
  const message = 'expected { messages: [...] }: there is nothing to go on with without an input';
  return new CallerError('invalid-request', 'The request is not valid.', {
    issues: [{ path: 'input', message }],
  });
}

function noCheckpoint(checkpointId: string): CallerError {
  return new CallerError('not-found', `No checkpoint ${checkpointId}.`);
}

/** Answers by id are texts like LangGraph's ids of what waits. */
function refuseOtherAnswers(state: ThreadState | undefined, resume: unknown): void {
  const waiting = (state?.tasks ?? []).flatMap(({ interrupts }) => interrupts.map(({ id }) => id));
  const answered = typeof resume === 'object' && resume !== null ? Object.keys(resume) : [];
  const ids = answered.filter((key) => /^[0-9a-f]{32}$/.test(key));
  const other = ids.find((id) => !waiting.includes(id));
  if (other) throw new CallerError('conflict', `The thread does not wait for an answer to ${other}.`);
  if (waiting.length === 0) throw new CallerError('conflict', 'The thread does not wait for an answer.');
}
