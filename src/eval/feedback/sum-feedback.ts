import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { type Interval, wilson } from '../statistics/wilson.ts';
import { thumb } from './give-feedback.ts';
import { type FeedbackFilter, matches } from './list-feedback.ts';

/** What was thought of one agent in one version of a graph, by key. */
export interface FeedbackSum {
  graph: string;
  version: string;
  agent: string;
  key: string;
  count: number;
  mean: number;
  /** Of thumbs: how many are up, and their share with its interval of 95 %. */
  up: number | null;
  share: (Interval & { value: number }) | null;
  firstAt: Date;
  lastAt: Date;
}

/** Rows at most; those that were last thought of come first. */
const most = 1_000;

/** Sums feedback up by graph, version, agent and key. */
export async function sumFeedback(db: Kysely<Schema>, filter: FeedbackFilter): Promise<FeedbackSum[]> {
  const rows = await db
    .selectFrom('baton.feedback')
    .where((eb) => matches(eb, filter))
    .select([
      'graph',
      'version',
      'agent',
      'key',
      sql<number>`count(*)::int`.as('count'),
      sql<number>`count(*) filter (where score > 0)::int`.as('up'),
      sql<number>`avg(score)::double precision`.as('mean'),
      sql<Date>`min(created_at)`.as('first_at'),
      sql<Date>`max(created_at)`.as('last_at'),
    ])
    .groupBy(['graph', 'version', 'agent', 'key'])
    .orderBy('last_at', 'desc')
    .orderBy('graph')
    .orderBy('version')
    .orderBy('agent')
    .orderBy('key')
    .limit(most)
    .execute();
  return rows.map(({ first_at: firstAt, last_at: lastAt, up, ...row }) => ({
    ...row,
    ...(row.key === thumb
      ? { up, share: { value: up / row.count, ...wilson(up, row.count) } }
      : { up: null, share: null }),
    firstAt,
    lastAt,
  }));
}
