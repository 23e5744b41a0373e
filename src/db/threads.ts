import { type ExpressionBuilder, type Kysely, type Selectable, sql } from 'kysely';
import type { JsonObject } from '../message.ts';
import type { Schema, ThreadTable } from './schema.ts';

export type Thread = Selectable<ThreadTable>;
export type ThreadStatus = Thread['status'];

export interface ThreadFilter {
  /** What the thread's metadata must contain. */
  metadata?: JsonObject;
  /** The graph that the thread runs on, or that its metadata names while it has not run. */
  graph?: string;
  ids?: string[];
  status?: ThreadStatus;
}

export interface ThreadPage {
  limit: number;
  offset: number;
  sortBy: 'thread_id' | 'status' | 'created_at' | 'updated_at';
  sortOrder: 'asc' | 'desc';
}

/** Makes a thread. Returns undefined when its id is taken. */
export function createThread(
  db: Kysely<Schema>,
  thread: { threadId: string; graph?: string; metadata: JsonObject },
): Promise<Thread | undefined> {
  return db
    .insertInto('baton.thread')
    .values({
      thread_id: thread.threadId,
      graph: thread.graph ?? null,
      graph_version: null,
      metadata: JSON.stringify(thread.metadata),
    })
    .onConflict((conflict) => conflict.column('thread_id').doNothing())
    .returningAll()
    .executeTakeFirst();
}

export function getThread(db: Kysely<Schema>, threadId: string): Promise<Thread | undefined> {
  return db.selectFrom('baton.thread').selectAll().where('thread_id', '=', threadId).executeTakeFirst();
}

/** A page of the threads that match. Temporary threads are left out. */
export function searchThreads(
  db: Kysely<Schema>,
  filter: ThreadFilter,
  { limit, offset, sortBy, sortOrder }: ThreadPage,
): Promise<Thread[]> {
  return db
    .selectFrom('baton.thread')
    .selectAll()
    .where((eb) => matches(eb, filter))
    .orderBy(sortBy, sortOrder)
    .orderBy('thread_id', sortOrder)
    .limit(limit)
    .offset(offset)
    .execute();
}

/** How many threads match. */
export async function countThreads(db: Kysely<Schema>, filter: ThreadFilter): Promise<number> {
  const { count } = await db
    .selectFrom('baton.thread')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where((eb) => matches(eb, filter))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Adds to a thread's metadata, key by key. Returns undefined when there is no such thread. */
export function patchThread(
  db: Kysely<Schema>,
  threadId: string,
  metadata: JsonObject,
): Promise<Thread | undefined> {
  return db
    .updateTable('baton.thread')
    .set({ metadata: sql`metadata || ${JSON.stringify(metadata)}::jsonb`, updated_at: sql`now()` })
    .where('thread_id', '=', threadId)
    .returningAll()
    .executeTakeFirst();
}

/** Deletes a thread with its runs and its log, unless one of its runs has not ended. */
export async function deleteThread(
  db: Kysely<Schema>,
  threadId: string,
): Promise<'deleted' | 'busy' | 'not-found'> {
  const deleted = await db
    .deleteFrom('baton.thread')
    .where('thread_id', '=', threadId)
    .where('status', '<>', 'busy')
    .executeTakeFirst();
  if (deleted.numDeletedRows > 0n) return 'deleted';
  return (await getThread(db, threadId)) ? 'busy' : 'not-found';
}

/** Temporary threads without a run that has not ended, untouched for `seconds`. */
export async function listLeftovers(db: Kysely<Schema>, seconds: number): Promise<string[]> {
  const rows = await db
    .selectFrom('baton.thread')
    .select('thread_id')
    .where('temporary', '=', true)
    .where('status', '<>', 'busy')
    .where('updated_at', '<=', sql<Date>`now() - make_interval(secs => ${seconds})`)
    .execute();
  return rows.map(({ thread_id }) => thread_id);
}

function matches(eb: ExpressionBuilder<Schema, 'baton.thread'>, filter: ThreadFilter) {
  const { metadata = {}, graph, ids, status } = filter;
  return eb.and([
    eb('temporary', '=', false),
    ...(Object.keys(metadata).length > 0
      ? [sql<boolean>`metadata @> ${JSON.stringify(metadata)}::jsonb`]
      : []),
    ...(graph === undefined ? [] : [sql<boolean>`(graph = ${graph} or metadata ->> 'graph_id' = ${graph})`]),
    ...(ids === undefined ? [] : [eb('thread_id', '=', sql<string>`any(${ids}::uuid[])`)]),
    ...(status === undefined ? [] : [eb('status', '=', status)]),
  ]);
}
