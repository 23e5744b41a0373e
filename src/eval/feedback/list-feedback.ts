import { type ExpressionBuilder, type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { type Feedback, thumb } from './give-feedback.ts';
import type { Giver } from './who-asks.ts';

export interface FeedbackFilter {
  graph?: string | undefined;
  version?: string | undefined;
  agent?: string | undefined;
  key?: string | undefined;
  thumb?: 'up' | 'down' | undefined;
  runId?: string | undefined;
  threadId?: string | undefined;
  /** Given then or later, and before then. */
  since?: Date | undefined;
  until?: Date | undefined;
  giver?: Giver | undefined;
}

/** Feedback, the newest first; those behind the one with the id `after`, at most `limit`. */
export async function listFeedback(
  db: Kysely<Schema>,
  filter: FeedbackFilter,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<Feedback[]> {
  let query = db
    .selectFrom('baton.feedback')
    .selectAll()
    .where((eb) => matches(eb, filter));
  if (after !== undefined) {
    const last = sql`(select f.created_at, f.feedback_id from baton.feedback f where f.feedback_id = ${after})`;
    query = query.where(sql<boolean>`(created_at, feedback_id) < ${last}`);
  }
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('feedback_id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ tenant_id: _, ...row }) => row);
}

/** The conditions of a filter. */
export function matches(eb: ExpressionBuilder<Schema, 'baton.feedback'>, filter: FeedbackFilter) {
  const { graph, version, agent, key, runId, threadId, since, until, giver } = filter;
  return eb.and([
    ...(graph === undefined ? [] : [eb('graph', '=', graph)]),
    ...(version === undefined ? [] : [eb('version', '=', version)]),
    ...(agent === undefined ? [] : [eb('agent', '=', agent)]),
    ...(key === undefined ? [] : [eb('key', '=', key)]),
    ...(runId === undefined ? [] : [eb('run_id', '=', runId)]),
    ...(threadId === undefined ? [] : [eb('thread_id', '=', threadId)]),
    ...(since === undefined ? [] : [eb('created_at', '>=', since)]),
    ...(until === undefined ? [] : [eb('created_at', '<', until)]),
    ...(giver === undefined ? [] : [eb('giver_kind', '=', giver.kind), eb('giver', '=', giver.id)]),
    ...(filter.thumb === undefined
      ? []
      : [eb('key', '=', thumb), eb('score', '=', filter.thumb === 'up' ? 1 : -1)]),
  ]);
}
