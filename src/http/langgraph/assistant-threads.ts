import type { AppContext } from '../../app-context.ts';
import { deleteThreads } from '../../db/delete-idle-threads.ts';
import { countThreads, searchThreads } from '../../db/threads.ts';
import { CallerError } from '../../errors.ts';

const page = { limit: 100, offset: 0, sortBy: 'thread_id', sortOrder: 'asc' } as const;

/**
 * Deletes the threads whose metadata names an assistant, with their states. Throws a `CallerError` when a run of one
 * has not ended: then the others may be gone already, and asking again deletes the rest.
 */
export async function deleteThreadsOf({ db }: Pick<AppContext, 'db'>, assistantId: string): Promise<void> {
  const filter = { metadata: { assistant_id: assistantId } };
  if ((await countThreads(db, { ...filter, status: 'busy' })) > 0) throw busy();
  for (;;) {
    const threads = await searchThreads(db, filter, page);
    if (threads.length === 0) return;
    const ids = threads.map(({ thread_id }) => thread_id);
    if ((await deleteThreads(db, ids)).length === 0) throw busy();
  }
}

function busy(): CallerError {
  return new CallerError('conflict', 'A run of one of its threads has not ended: cancel it first.');
}
