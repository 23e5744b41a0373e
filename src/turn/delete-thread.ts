import type { TurnContext } from './turns.ts';

/** Deletes a thread with all that is kept of it: its states, its runs, its log. */
export async function deleteThread(
  { db, saver }: Pick<TurnContext, 'db' | 'saver'>,
  threadId: string,
): Promise<void> {
  await saver.deleteThread(threadId);
  await db.deleteFrom('baton.thread').where('thread_id', '=', threadId).execute();
}
