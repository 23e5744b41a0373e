import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';

export interface ScoreFilter {
  graph?: string | undefined;
  version?: string | undefined;
  agent?: string | undefined;
  scorer?: string | undefined;
  /** Scored then or later, and before then. */
  since?: Date | undefined;
  until?: Date | undefined;
}

/** How the turns of one version of a graph scored by one scorer. */
export interface ScoreSum {
  graph: string;
  version: string;
  scorer: string;
  /** A day of UTC, where days are told apart: `2026-11-21`. */
  day?: string;
  count: number;
  mean: number;
  least: number;
  median: number;
  most: number;
}

/** Rows at most. */
export const mostSums = 5_000;

/** Sums scores of turns up by graph, version and scorer, and by day where that is asked for, in the order of these. */
export async function sumScores(
  db: Kysely<Schema>,
  filter: ScoreFilter,
  byDay: boolean,
): Promise<ScoreSum[]> {
  const { graph, version, agent, scorer, since, until } = filter;
  const day = sql<string>`to_char(scored_at at time zone 'UTC', 'YYYY-MM-DD')`;
  let query = db
    .selectFrom('baton.online_score')
    .select([
      'graph',
      'version',
      'scorer',
      sql<number>`count(*)::int`.as('count'),
      sql<number>`avg(value)`.as('mean'),
      sql<number>`min(value)`.as('least'),
      sql<number>`percentile_cont(0.5) within group (order by value)`.as('median'),
      sql<number>`max(value)`.as('most'),
    ])
    .groupBy(['graph', 'version', 'scorer'])
    .orderBy('graph')
    .orderBy('version')
    .orderBy('scorer')
    .limit(mostSums);
  if (byDay) query = query.select(day.as('day')).groupBy(day).orderBy(day);
  if (graph !== undefined) query = query.where('graph', '=', graph);
  if (version !== undefined) query = query.where('version', '=', version);
  if (agent !== undefined) query = query.where('agent', '=', agent);
  if (scorer !== undefined) query = query.where('scorer', '=', scorer);
  if (since !== undefined) query = query.where('scored_at', '>=', since);
  if (until !== undefined) query = query.where('scored_at', '<', until);
  return query.execute();
}
