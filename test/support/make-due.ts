import { sql } from 'kysely';
import type { AppContext } from '../../src/app-context.ts';
import type { CronJob } from '../../src/turn/plan-cron.ts';

/** Has a cron's next date be now, by the database's clock, as if the time had passed; the queue has `jobs` jobs for it. */
export async function makeDue({ db, queue }: AppContext, cronId: string, jobs = 1): Promise<CronJob> {
  const { next_run_date: date } = await db
    .updateTable('baton.cron')
    .set({ next_run_date: sql`date_trunc('milliseconds', clock_timestamp())` })
    .where('cron_id', '=', cronId)
    .returning('next_run_date')
    .executeTakeFirstOrThrow();
  if (!date) throw new Error('The database has a clock.');
  const job = { cronId, due: date.toISOString() };
  for (let added = 0; added < jobs; added++) await queue.addJob(db, 'cron', job);
  return job;
}
