import { type ExpressionBuilder, type Kysely, type Selectable, sql } from 'kysely';
import type { ThreadTtl } from '../config/retention.ts';
import type { JsonObject } from '../message.ts';
import { hasValues } from './has-values.ts';
import type { Schema } from './schema.ts';
import type { ThreadTable } from './tables/thread-tables.ts';
import { ttlColumns } from './thread-ttl.ts';

export type Thread = Selectable<ThreadTable>;
export type ThreadStatus = Thread['status'];

export interface ThreadFilter {
  /** What the thread's metadata must contain. */
  metadata?: JsonObject;
  /** The graph that the thread runs on, or that its metadata names while it has not run. */
  graph?: string;
  /** The assistant that the graph has of its own: a thread that ran on the graph and names no other has this one. */
  ownAssistant?: { graph: string; id: string };
  ids?: string[];
  status?: ThreadStatus;
  /** What the values of the newest state must contain. */
  values?: JsonObject;
}

export interface ThreadPage {
  limit: number;
  offset: number;
  sortBy: 'thread_id' | 'status' | 'created_at' | 'updated_at' | 'state_updated_at';
  sortOrder: 'asc' | 'desc';
}

/** Makes a thread. Returns undefined when its id is taken. */
export function createThread(
  db: Kysely<Schema>,
  thread: { threadId: string; graph?: string; metadata: JsonObject; ttl?: ThreadTtl },
): Promise<Thread | undefined> {
  return db
    .insertInto('baton.thread')
    .values({
      thread_id: thread.threadId,
      graph: thread.graph ?? null,
      graph_version: null,
      metadata: JSON.stringify(thread.metadata),
      ...ttlColumns(thread.ttl),
    })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'thread_id']).doNothing())
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

/**
 * Adds to a thread's metadata, key by key, and sets how long it is kept; null means for ever. Returns undefined when
 * there is no such thread.
 */
export function patchThread(
  db: Kysely<Schema>,
  threadId: string,
  metadata: JsonObject,
  ttl?: ThreadTtl | null,
): Promise<Thread | undefined> {
  return db
    .updateTable('baton.thread')
    .set({
      metadata: sql`metadata || ${JSON.stringify(metadata)}::jsonb`,
      updated_at: sql`now()`,
      ...(ttl !== undefined && ttlColumns(ttl ?? undefined)),
    })
    .where('thread_id', '=', threadId)
    .returningAll()
    .executeTakeFirst();
}

function matches(eb: ExpressionBuilder<Schema, 'baton.thread'>, filter: ThreadFilter) {
  const { metadata = {}, graph, ownAssistant: own, ids, status, values = {} } = filter;
  return eb.and([
    eb('temporary', '=', false),
    ...(Object.keys(metadata).length > 0
      ? [sql<boolean>`metadata @> ${JSON.stringify(metadata)}::jsonb`]
      : []),
    ...(graph === undefined ? [] : [sql<boolean>`(graph = ${graph} or metadata ->> 'graph_id' = ${graph})`]),
    ...(own === undefined
      ? []
      : [
          sql<boolean>`(metadata ->> 'assistant_id' = ${own.id}
            or metadata ->> 'assistant_id' is null and graph = ${own.graph})`,
        ]),
    ...(ids === undefined ? [] : [eb('thread_id', '=', sql<string>`any(${ids}::uuid[])`)]),
    ...(status === undefined ? [] : [eb('status', '=', status)]),
    ...(Object.keys(values).length > 0 ? [hasValues(values)] : []),
  ]);
}
