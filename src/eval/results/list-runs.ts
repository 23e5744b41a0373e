import { type Kysely, type Selectable, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { EvalRunTable, EvalVerdict } from '../../db/tables/eval-tables.ts';

/** A kept run of one suite, in short. */
export type RunSummary = Omit<Selectable<EvalRunTable>, 'tenant_id' | 'report' | 'run' | 'comparison'>;

export interface RunFilter {
  suite?: string | undefined;
  graph?: string | undefined;
  profile?: string | undefined;
  version?: string | undefined;
  verdict?: EvalVerdict | undefined;
  /** Those that began then or later. */
  since?: Date | undefined;
}

const columns = [
  'run_id',
  'suite',
  'graph',
  'graphs',
  'version',
  'profile',
  'models',
  'revision',
  'started_at',
  'ended_at',
  'cases',
  'passed',
  'failed',
  'errored',
  'stale',
  'rate',
  'verdict',
  'kept_by',
  'kept_at',
] as const;

/** Kept runs, the newest first: those behind `after`, at most `limit`. */
export function listRuns(
  db: Kysely<Schema>,
  { suite, graph, profile, version, verdict, since }: RunFilter,
  { after, limit }: { after?: Pick<RunSummary, 'run_id' | 'suite'> | undefined; limit: number },
): Promise<RunSummary[]> {
  let query = db.selectFrom('baton.eval_run').select(columns);
  if (suite !== undefined) query = query.where('suite', '=', suite);
  if (graph !== undefined) query = query.where('graph', '=', graph);
  if (profile !== undefined) query = query.where('profile', '=', profile);
  if (version !== undefined) query = query.where('version', '=', version);
  if (verdict !== undefined) query = query.where('verdict', '=', verdict);
  if (since !== undefined) query = query.where('started_at', '>=', since);
  if (after) {
    const last = sql`(select r.started_at, r.run_id, r.suite from baton.eval_run r
      where r.run_id = ${after.run_id} and r.suite = ${after.suite})`;
    query = query.where(sql<boolean>`(started_at, run_id, suite) < ${last}`);
  }
  return query
    .orderBy('started_at', 'desc')
    .orderBy('run_id', 'desc')
    .orderBy('suite', 'desc')
    .limit(limit)
    .execute();
}

/** The suites of one command that are kept, by name; none where it is unknown. */
export function listSuites(db: Kysely<Schema>, runId: string): Promise<RunSummary[]> {
  return db
    .selectFrom('baton.eval_run')
    .select(columns)
    .where('run_id', '=', runId)
    .orderBy('suite')
    .execute();
}
