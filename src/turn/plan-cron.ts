import type { Kysely } from 'kysely';
import { v5 as uuidv5 } from 'uuid';
import { type Cron, listOverdueCrons, readClock, setNextDate } from '../db/crons.ts';
import type { Schema } from '../db/schema.ts';
import { asService, currentTenant, inTenant } from '../tenancy.ts';
import type { TurnContext } from './turns.ts';

/** One firing of a cron, as the queue keeps it. */
export interface CronJob {
  cronId: string;
  /** The date that it is for, in ISO 8601; of the cron no other counts than its `next_run_date`. */
  due: string;
}

/**
 * Sets when a cron fires next, as its schedule says from now on and after `fired`, and has the queue fire it then, within
 * the transaction that changes the cron. One that is disabled, or would fire after its end, never fires.
 *
 * Throws a `CallerError` (`unprocessable`) for a schedule or a time zone that cannot be used.
 */
export async function planCron(
  { queue }: Pick<TurnContext, 'queue'>,
  trx: Kysely<Schema>,
  cron: Cron,
  fired?: Date,
): Promise<Cron> {
  const now = await readClock(trx);
  const after = fired && fired > now ? fired : now;
  const next = queue.nextTime(cron.schedule, { timezone: cron.timezone, after });
  const ends = cron.end_time !== null && next > cron.end_time;
  const planned = await setNextDate(trx, cron.cron_id, cron.enabled && !ends ? next : null);
  if (planned.next_run_date) await addJob({ queue }, trx, planned, planned.next_run_date);
  return planned;
}

const overdueSeconds = 900;

/** Puts crons back into the queue that it has lost sight of, or given up; each at most once a quarter of an hour. */
export async function readmitCrons({ db, queue, log }: TurnContext): Promise<void> {
  const quarter = Math.floor(Date.now() / (overdueSeconds * 1_000));
  for (const cron of await asService(() => listOverdueCrons(db, overdueSeconds, 1_000))) {
    log.warn({ cronId: cron.cron_id, due: cron.next_run_date }, 'a cron is overdue');
    const { next_run_date: due } = cron;
    if (due) await inTenant(cron.tenant_id, () => addJob({ queue }, db, cron, due, String(quarter)));
  }
}

/** The same firing is in the queue once, however often it is added. */
async function addJob(
  { queue }: Pick<TurnContext, 'queue'>,
  db: Kysely<Schema>,
  { cron_id: cronId }: Cron,
  date: Date,
  again = '',
): Promise<void> {
  const job: CronJob = { cronId, due: date.toISOString() };
  const id = uuidv5(`${job.due}${again} ${currentTenant()}`, cronId);
  await queue.addJob(db, 'cron', job, { startAfter: date, id });
}
