import type { AppContext } from '../../app-context.ts';
import { getThread } from '../../db/threads.ts';
import { currentTenant, inTenant } from '../../tenancy.ts';
import { noThread } from '../langgraph/no-thread.ts';

const ofThread = /^\/threads\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\/|$)/i;

/**
 * A thread of a graph that the caller may not use is not there: also on routes that would make it, or wait for it. Throws a `CallerError`
 * (`not-found`) as for a thread that nobody made.
 */
export async function refuseHiddenThread(db: AppContext['db'], path: string): Promise<void> {
  const [, threadId] = ofThread.exec(path) ?? [];
  if (threadId === undefined || (await getThread(db, threadId))) return;
  const hidden = await inTenant(currentTenant(), () => getThread(db, threadId));
  if (hidden) throw noThread(threadId);
}
