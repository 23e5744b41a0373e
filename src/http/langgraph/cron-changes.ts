import type { AppContext } from '../../app-context.ts';
import { type Cron, type CronFields, getCron, insertCron, lockCron, updateCron } from '../../db/crons.ts';
import { getThread } from '../../db/threads.ts';
import { CallerError } from '../../errors.ts';
import { newId } from '../../new-id.ts';
import { planCron } from '../../turn/plan-cron.ts';
import { type CronPatch, type CronRequest, cronFields, runRequestOf } from './cron-request.ts';
import { findAssistant } from './find-assistant.ts';
import { noThread } from './no-thread.ts';
import { toTurn } from './to-turn.ts';

/**
 * Makes a cron, on a thread or with a new thread each time. Throws a `CallerError` for a schedule that cannot be used or has
 * no date before its end, and for what no run can be asked.
 */
export async function createCron(
  context: AppContext,
  asked: CronRequest,
  threadId: string | null,
): Promise<Cron> {
  const fields = cronFields(asked);
  const { assistantId } = await findAssistant(context, asked.assistant_id);
  const ids = { cron_id: newId(), assistant_id: assistantId, thread_id: threadId };
  if (threadId && !(await getThread(context.db, threadId))) throw noThread(threadId);
  if (threadId && asked.on_run_completed === 'delete') throw refuse('on_run_completed', threadStays);
  await checkRun(context, { ...ids, ...fields });
  return context.db.transaction().execute(async (trx) => {
    const made = await planCron(context, trx, await insertCron(trx, ids, fields));
    if (made.enabled && !made.next_run_date) throw refuse('end_time', 'the schedule has no date before it');
    return made;
  });
}

/**
 * Changes a cron: when it fires, from now on, and what it asks. Throws as `createCron` does, but for an end that is near: it
 * stops the cron.
 */
export async function changeCron(context: AppContext, cronId: string, asked: CronPatch): Promise<Cron> {
  const seen = await findCron(context, cronId);
  const changed = { ...seen, ...cronFields(asked, seen) };
  if (seen.thread_id && asked.on_run_completed === 'delete') throw refuse('on_run_completed', threadStays);
  if (JSON.stringify(changed.payload) !== JSON.stringify(seen.payload)) await checkRun(context, changed);
  return context.db.transaction().execute(async (trx) => {
    const was = await lockCron(trx, cronId);
    if (!was) throw noCron(cronId);
    const now = await updateCron(trx, cronId, cronFields(asked, was));
    return firesAlike(was, now) ? now : planCron(context, trx, now);
  });
}

export async function findCron({ db }: AppContext, cronId: string): Promise<Cron> {
  const found = await getCron(db, cronId);
  if (found) return found;
  throw noCron(cronId);
}

export function noCron(cronId: string): CallerError {
  return new CallerError('not-found', `No cron ${cronId}.`);
}

const threadStays = 'the thread was there before the cron, and stays';

/** Refuses what no run could be asked; what a thread has to go on with is seen each time. */
async function checkRun(context: AppContext, cron: Parameters<typeof runRequestOf>[0]): Promise<void> {
  const threadId = cron.thread_id ?? undefined;
  await toTurn(context, runRequestOf(cron), { threadId }).catch((error: unknown) => {
    if (!(error instanceof CallerError) || error.code !== 'conflict') throw error;
  });
}

function firesAlike(was: CronFields, now: CronFields): boolean {
  return (
    was.schedule === now.schedule &&
    was.timezone === now.timezone &&
    was.enabled === now.enabled &&
    was.end_time?.getTime() === now.end_time?.getTime()
  );
}

function refuse(path: string, message: string): CallerError {
  return new CallerError('unprocessable', 'The request is not valid.', { issues: [{ path, message }] });
}
