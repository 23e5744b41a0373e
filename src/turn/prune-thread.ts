import { type Kysely, sql, type Transaction } from 'kysely';
import { keepLatest } from '../checkpoint/keep-latest.ts';
import { eventsOf, hasType } from '../db/event-rows.ts';
import type { Schema } from '../db/schema.ts';
import { trimLog } from '../db/trim-log.ts';
import { asService, inTenant } from '../tenancy.ts';
import type { TurnContext } from './turns.ts';

type Pruning = Pick<TurnContext, 'db' | 'config'>;

/**
 * Keeps the newest state of a thread and what its newest run is replayed from: the run's log and the state that it began
 * from. Of the log before stays what ended lately. False when there is no such thread or it has an open run: what somebody
 * works on is left alone.
 */
export function pruneThread(context: Pruning, threadId: string): Promise<boolean> {
  return context.db.transaction().execute(async (trx) => {
    const found = await trx
      .selectFrom('baton.thread')
      .select('thread_id')
      .where('thread_id', '=', threadId)
      .where('status', '<>', 'busy')
      .forUpdate()
      .executeTakeFirst();
    if (found) await prune(context, trx, threadId);
    return found !== undefined;
  });
}

/** Prunes one thread whose time is over and that no other process has in hand. Undefined when there is none. */
export async function pruneExpiredThread(context: Pruning): Promise<string | undefined> {
  const tenant = await asService(() => tenantWithExpired(context));
  if (tenant === undefined) return undefined;
  return inTenant(tenant, () => pruneOneExpired(context));
}

async function tenantWithExpired({ db }: Pruning): Promise<string | undefined> {
  const found = await expiredThreads(db).select('tenant_id').executeTakeFirst();
  return found?.tenant_id;
}

function expiredThreads(db: Kysely<Schema>) {
  return db
    .selectFrom('baton.thread')
    .where('expires_at', '<=', sql<Date>`now()`)
    .where('ttl_strategy', '=', 'keep_latest')
    .where('status', '<>', 'busy')
    .orderBy('expires_at')
    .limit(1)
    .forUpdate()
    .skipLocked();
}

function pruneOneExpired(context: Pruning): Promise<string | undefined> {
  return context.db.transaction().execute(async (trx) => {
    const expired = await expiredThreads(trx).select('thread_id').executeTakeFirst();
    if (expired) await prune(context, trx, expired.thread_id);
    return expired?.thread_id;
  });
}

/** The thread's row is locked: no turn begins meanwhile. Its time begins anew when it is used again. */
async function prune({ config }: Pruning, trx: Transaction<Schema>, threadId: string): Promise<void> {
  await keepLatest(trx, threadId, await startsOfNewestRun(trx, threadId));
  await trimLog(trx, threadId, config.retention.logDays);
  await trx.updateTable('baton.thread').set({ expires_at: null }).where('thread_id', '=', threadId).execute();
}

/** The states that the log of the newest run begins from, one an attempt. */
async function startsOfNewestRun(trx: Transaction<Schema>, threadId: string): Promise<string[]> {
  const rows = await trx
    .selectFrom('baton.event')
    .select('events')
    .where(hasType('turn-start'))
    .where('run_id', '=', (query) =>
      query
        .selectFrom('baton.run')
        .select('run_id')
        .where('thread_id', '=', threadId)
        .orderBy('created_at', 'desc')
        .orderBy('run_id', 'desc')
        .limit(1),
    )
    .execute();
  return eventsOf(rows, 'turn-start').flatMap(({ checkpointId }) => checkpointId ?? []);
}
