import { type Kysely, type Selectable, sql } from 'kysely';
import type { RunStatus, RunTable, Schema } from './schema.ts';

export type Run = Selectable<RunTable>;

export interface RunFilter {
  limit: number;
  offset?: number;
  status?: RunStatus;
}

export function getRun(db: Kysely<Schema>, runId: string): Promise<Run | undefined> {
  return db.selectFrom('baton.run').selectAll().where('run_id', '=', runId).executeTakeFirst();
}

/** The runs of a thread, newest first. */
export function listRuns(
  db: Kysely<Schema>,
  threadId: string,
  { limit, offset = 0, status }: RunFilter,
): Promise<Run[]> {
  let query = db.selectFrom('baton.run').selectAll().where('thread_id', '=', threadId);
  if (status) query = query.where('status', '=', status);
  return query.orderBy('created_at', 'desc').orderBy('run_id', 'desc').limit(limit).offset(offset).execute();
}

/** The runs of a thread that have not ended, oldest first. */
export function listOpenRuns(
  db: Kysely<Schema>,
  threadId: string,
): Promise<Pick<Run, 'run_id' | 'status'>[]> {
  return db
    .selectFrom('baton.run')
    .select(['run_id', 'status'])
    .where('thread_id', '=', threadId)
    .where('status', 'in', ['pending', 'running'])
    .orderBy('created_at')
    .orderBy('run_id')
    .execute();
}

/** Moves a run from one status to another. False when it was not in the first: someone else moved it. */
export async function moveRun(
  db: Kysely<Schema>,
  runId: string,
  from: RunStatus,
  to: RunStatus,
): Promise<boolean> {
  const moved = await db
    .updateTable('baton.run')
    .set({ status: to, updated_at: sql`now()` })
    .where('run_id', '=', runId)
    .where('status', '=', from)
    .executeTakeFirst();
  return moved.numUpdatedRows > 0n;
}

/** Says that the runs are still worked on: one that is silent for long belongs to a process that is gone. */
export async function touchRuns(db: Kysely<Schema>, runIds: string[]): Promise<void> {
  if (runIds.length === 0) return;
  await db.updateTable('baton.run').set({ updated_at: sql`now()` }).where('run_id', 'in', runIds).execute();
}

/** Runs that were accepted and have not ended, of which nobody has said anything for `seconds`. */
export function listSilentRuns(db: Kysely<Schema>, seconds: number): Promise<Run[]> {
  return db
    .selectFrom('baton.run')
    .selectAll()
    .where('status', 'in', ['pending', 'running'])
    .where('updated_at', '<=', sql<Date>`now() - make_interval(secs => ${seconds})`)
    .orderBy('created_at')
    .orderBy('run_id')
    .execute();
}

/** Ends a run and says what its thread is now: busy while another run waits. One that waits for a person is kept. */
export async function endRun(
  db: Kysely<Schema>,
  runId: string,
  status: RunStatus,
  threadStatus: 'idle' | 'interrupted' | 'error',
): Promise<void> {
  await sql`
    with ended as (
      update baton.run set status = ${status}, updated_at = now() where run_id = ${runId} returning thread_id
    )
    update baton.thread t
    set updated_at = now(), temporary = temporary and ${threadStatus} <> 'interrupted', status = case
      when exists (
        select from baton.run r
        where r.thread_id = t.thread_id and r.run_id <> ${runId} and r.status in ('pending', 'running')
      ) then 'busy' else ${threadStatus} end
    from ended where t.thread_id = ended.thread_id`.execute(db);
}
