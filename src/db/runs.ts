import { type Kysely, type RawBuilder, type Selectable, type SelectQueryBuilder, sql } from 'kysely';
import type { Schema } from './schema.ts';
import type { RunStatus, RunTable } from './tables/thread-tables.ts';

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

/** What may write a thread's log and its states: one attempt of one run. */
export function ownerOf(run: Pick<Run, 'run_id' | 'attempt'>): string {
  return `${run.run_id}:${run.attempt}`;
}

/**
 * Begins a run, or begins it again, and makes this attempt the owner of its thread: whoever had it before can write no
 * more. Undefined when the run is over or gone. Rejects with Postgres's unique violation of `run_one_running` while
 * another run of the thread runs.
 *
 * The thread's row is locked first, as everybody does who locks both, and nothing is begun unless `held` holds.
 */
export async function beginRun(
  db: Kysely<Schema>,
  runId: string,
  held: RawBuilder<boolean> = sql`true`,
): Promise<BegunRun | undefined> {
  const { rows } = await sql<BegunRun>`
    with locked as materialized (
      select thread_id from baton.thread
      where thread_id = (select thread_id from baton.run where run_id = ${runId}) for no key update
    ), begun as (
      update baton.run r
      set status = 'running', attempt = attempt + 1, crashes = crashes + 1,
        started_at = coalesce(started_at, now()), updated_at = now()
      from locked
      where r.thread_id = locked.thread_id and run_id = ${runId} and status in ('pending', 'running') and ${held}
      returning r.*
    ), owned as (
      update baton.thread t set owner = begun.run_id || ':' || begun.attempt, status = 'busy'
      from begun where t.thread_id = begun.thread_id returning t.last_seq
    )
    select begun.*, owned.last_seq, begun.attempt > 1 or exists (
      select from baton.checkpoint c where c.thread_id = begun.thread_id::text and c.checkpoint_ns = '') as has_states
    from begun, owned`.execute(db);
  return rows[0];
}

/** A run that begins, and how its thread was found then. */
export interface BegunRun extends Run {
  /** Where its log ended. */
  last_seq: number;
  /** Whether states of it are saved; of an attempt that is not the first, whether there may be some: the one before may just save the first. */
  has_states: boolean;
}

/** Gives a run back unfinished, so that another process goes on with it: no attempt is lost by that. False when it is not ours. */
export async function handBackRun(db: Kysely<Schema>, run: Run): Promise<boolean> {
  const { rows } = await sql`
    with released as (
      update baton.thread set owner = null
      where thread_id = ${run.thread_id} and owner = ${ownerOf(run)} returning thread_id
    )
    update baton.run set status = 'pending', crashes = crashes - 1, updated_at = now()
    from released where run_id = ${run.run_id} returning run_id`.execute(db);
  return rows.length > 0;
}

export interface RunEnd {
  runId: string;
  status: RunStatus;
  threadStatus: 'idle' | 'interrupted' | 'error';
  /** Only a run that has this status now. */
  from: 'pending' | 'running';
}

/**
 * Ends a run and says what its thread is now: busy while another run waits. A temporary thread that
 * waits for a person is kept. Returns who has to be told and what was asked of the run by then; undefined when the run has another status, or is gone.
 */
export async function endRun(
  db: Kysely<Schema>,
  { runId, status, threadStatus, from }: RunEnd,
): Promise<Pick<Run, 'webhook' | 'cancel'> | undefined> {
  const { rows } = await sql<Pick<Run, 'webhook' | 'cancel'>>`
    with ended as (
      update baton.run set status = ${status}, updated_at = now(), ended_at = now()
      where run_id = ${runId} and status = ${from} returning thread_id, attempt, webhook, cancel
    )
    update baton.thread t
    set updated_at = now(), temporary = temporary and ${threadStatus} <> 'interrupted',
      owner = case when owner = ${runId} || ':' || ended.attempt then null else owner end,
      status = case
        when exists (
          select from baton.run r
          where r.thread_id = t.thread_id and r.run_id <> ${runId} and r.status in ('pending', 'running')
        ) then 'busy' else ${threadStatus} end
    from ended where t.thread_id = ended.thread_id returning ended.webhook, ended.cancel`.execute(db);
  return rows[0];
}

/** Asks open runs of a thread to stop, all but `except`, and returns them. To take a run back outdoes to stop it. */
export function askToStop(
  db: Kysely<Schema>,
  { threadId, runId, except }: { threadId: string; runId?: string; except?: string },
  cancel: 'interrupt' | 'rollback',
): Promise<Run[]> {
  let open = db
    .selectFrom('baton.run')
    .select('run_id')
    .where('thread_id', '=', threadId)
    .where('status', 'in', ['pending', 'running']);
  if (runId) open = open.where('run_id', '=', runId);
  if (except) open = open.where('run_id', '<>', except);
  return setCancel(db, open, cancel);
}

/** Asks the open runs of all threads to stop, all of them or those that have a status, and returns them. */
export function askAllToStop(
  db: Kysely<Schema>,
  which: 'pending' | 'running' | 'all',
  cancel: 'interrupt' | 'rollback',
): Promise<Run[]> {
  const open = db
    .selectFrom('baton.run')
    .select('run_id')
    .where('status', 'in', which === 'all' ? ['pending', 'running'] : [which]);
  return setCancel(db, open, cancel);
}

/** The rows are locked in the order of their ids, so that two who stop the same runs cannot deadlock. */
function setCancel(
  db: Kysely<Schema>,
  which: SelectQueryBuilder<Schema, 'baton.run', Pick<Run, 'run_id'>>,
  cancel: 'interrupt' | 'rollback',
): Promise<Run[]> {
  return db
    .updateTable('baton.run')
    .set({ cancel: sql`case when cancel = 'rollback' then cancel else ${cancel} end` })
    .where('run_id', 'in', which.orderBy('run_id').forNoKeyUpdate())
    .returningAll()
    .execute();
}

/** Says that a watcher came back to a run. */
export async function noteWatcher(db: Kysely<Schema>, runId: string): Promise<void> {
  await db.updateTable('baton.run').set({ watched_at: sql`now()` }).where('run_id', '=', runId).execute();
}

/** Asks a run to stop that no watcher came back to within the last `seconds`; undefined when one did, or it is over. */
export function askToStopUnwatched(
  db: Kysely<Schema>,
  runId: string,
  seconds: number,
): Promise<Run | undefined> {
  return db
    .updateTable('baton.run')
    .set({ cancel: sql`coalesce(cancel, 'interrupt')` })
    .where('run_id', '=', runId)
    .where('status', 'in', ['pending', 'running'])
    .where((eb) =>
      eb.or([
        eb('watched_at', 'is', null),
        eb('watched_at', '<', sql<Date>`now() - make_interval(secs => ${seconds})`),
      ]),
    )
    .returningAll()
    .executeTakeFirst();
}

/** Those of the runs that somebody asked to stop. */
export async function listAskedToStop(db: Kysely<Schema>, runIds: string[]): Promise<Run[]> {
  if (runIds.length === 0) return [];
  return db
    .selectFrom('baton.run')
    .selectAll()
    .where('run_id', 'in', runIds)
    .where('cancel', 'is not', null)
    .execute();
}

/** Open runs that nobody has touched for a while and of which the queue knows nothing, as `isKnown` says of a `run_id`. */
export function listForgotten(
  db: Kysely<Schema>,
  isKnown: RawBuilder<boolean>,
  limit: number,
): Promise<Run[]> {
  return db
    .selectFrom('baton.run')
    .selectAll()
    .where('status', 'in', ['pending', 'running'])
    .where('updated_at', '<', sql<Date>`now() - interval '1 minute'`)
    .where(sql<boolean>`not ${isKnown}`)
    .orderBy('updated_at')
    .limit(limit)
    .execute();
}

export async function deleteRun(db: Kysely<Schema>, runId: string): Promise<void> {
  await db.deleteFrom('baton.run').where('run_id', '=', runId).execute();
}
