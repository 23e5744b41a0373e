import { deleteExpiredThreads } from '../db/delete-idle-threads.ts';
import { asService } from '../tenancy.ts';
import { pruneExpiredThread } from './prune-thread.ts';
import type { TurnContext } from './turns.ts';

/** How much one sweep does at most; the next one goes on. */
const most = { batches: 20, inBatch: 50, pruned: 200 };

export interface Swept {
  /** Threads that are gone: their time was over, or they were temporary and their last run ended a minute ago. */
  deleted: number;
  /** Threads of which only the newest state is kept now. */
  pruned: number;
}

/**
 * Does what the threads' times to live ask for. Never touches a thread that has an open run. Any number of processes may
 * sweep at once: each thread is taken by one of them.
 */
export async function sweepThreads(context: Pick<TurnContext, 'db' | 'config'>): Promise<Swept> {
  const swept = { deleted: 0, pruned: 0 };
  for (let batch = 0; batch < most.batches; batch++) {
    const gone = await asService(() => deleteExpiredThreads(context.db, most.inBatch));
    swept.deleted += gone.length;
    if (gone.length < most.inBatch) break;
  }
  while (swept.pruned < most.pruned && (await pruneExpiredThread(context))) swept.pruned += 1;
  return swept;
}
