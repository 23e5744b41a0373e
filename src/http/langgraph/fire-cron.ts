import type { AppContext } from '../../app-context.ts';
import { type Cron, getCron, lockCron, readClock } from '../../db/crons.ts';
import { findAcceptedRun } from '../../db/idempotency-keys.ts';
import { CallerError } from '../../errors.ts';
import { acceptTurn } from '../../turn/accept-turn.ts';
import { type CronJob, planCron } from '../../turn/plan-cron.ts';
import { runRequestOf } from './cron-request.ts';
import { toTurn } from './to-turn.ts';

/** Has crons fired by this process, if it is one that carries out runs. */
export async function fireCrons(context: AppContext): Promise<void> {
  if (context.config.role === 'api') return;
  await context.queue.workOff('cron', async ({ data }) => {
    const job = data as CronJob; // as planCron adds it
    await fireCron(context, job).catch((error: unknown) => {
      context.log.warn({ err: error, ...job }, 'a cron is tried again soon');
      throw error;
    });
  });
}

/**
 * Starts the run that a cron asks for at a date, once, however often it is tried, and plans the next. A date that is not the
 * cron's any more does nothing. What was missed while no process was there is made up for by one run.
 *
 * A run that cannot be started, as when its graph is gone, is left out. Rejects when it had better be tried again.
 */
export async function fireCron(context: AppContext, { cronId, due }: CronJob): Promise<void> {
  const cron = await getCron(context.db, cronId);
  if (!cron || !isDue(cron, due)) return;
  const ended = cron.end_time !== null && (await readClock(context.db)) > cron.end_time;
  if (!ended) await start(context, cron, due);
  await context.db.transaction().execute(async (trx) => {
    const now = await lockCron(trx, cronId);
    if (now && isDue(now, due)) await planCron(context, trx, now, new Date(due));
  });
}

function isDue({ enabled, next_run_date }: Cron, due: string): boolean {
  return enabled && next_run_date?.toISOString() === due;
}

async function start(context: AppContext, cron: Cron, due: string): Promise<void> {
  const said = { cronId: cron.cron_id, due };
  try {
    const { runId, threadId } = await accept(context, cron, due);
    context.log.info({ ...said, runId, threadId }, 'a cron started a run');
  } catch (error) {
    if (!(error instanceof CallerError) || passes(error)) throw error;
    context.log.warn({ ...said, err: error }, 'a cron could not start its run');
  }
}

/** What was accepted before is looked for first: the thread is not as it was any more. */
async function accept(context: AppContext, cron: Cron, due: string) {
  const idempotency = { scope: 'cron', key: `${cron.cron_id}@${due}`, hash: due };
  const before = await findAcceptedRun(context.db, idempotency);
  if (before) return before;
  const threadId = cron.thread_id ?? undefined;
  const turn = await toTurn(context, runRequestOf(cron), { threadId });
  return acceptTurn(context, { ...turn, idempotency });
}

function passes({ code }: CallerError): boolean {
  return code === 'unavailable' || code === 'too-many-requests';
}
