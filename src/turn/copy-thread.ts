import { sql } from 'kysely';
import { copyCheckpoints } from '../checkpoint/copy-checkpoints.ts';
import type { Thread } from '../db/threads.ts';
import { newId } from '../new-id.ts';
import type { TurnContext } from './turns.ts';

/**
 * Copies a thread with its saved states, as they are now, and without its runs and its log. The copy waits for whatever the thread
 * waits for, and is idle else. Undefined when there is no such thread.
 */
export function copyThread({ db }: Pick<TurnContext, 'db'>, threadId: string): Promise<Thread | undefined> {
  const copyId = newId();
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<Thread>`
      insert into baton.thread
        (thread_id, graph, graph_version, status, metadata, ttl_minutes, ttl_strategy, state_updated_at)
      select ${copyId}::uuid, graph, graph_version, case when status = 'interrupted' then status else 'idle' end,
        metadata || jsonb_build_object('thread_id', ${copyId}::text), ttl_minutes, ttl_strategy, state_updated_at
      from baton.thread where thread_id = ${threadId}
      returning *`.execute(trx);
    const [copy] = rows;
    if (copy) await copyCheckpoints(trx, threadId, copyId);
    return copy;
  });
}
