import { type Kysely, sql } from 'kysely';
import { asService } from '../tenancy.ts';
import type { Schema } from './schema.ts';

/**
 * Deletes results of evals that were kept more than so many days ago, and scores of turns that old, of all tenants. Several processes may do
 * it at once.
 */
export async function sweepEvals(db: Kysely<Schema>, days: number, batch = 1_000): Promise<void> {
  const old = (column: string) => sql`${sql.ref(column)} < now() - make_interval(days => ${days})`;
  const runs = sql`
    delete from baton.eval_run where (tenant_id, run_id, suite) in (
      select tenant_id, run_id, suite from baton.eval_run where ${old('kept_at')}
      order by kept_at limit ${batch} for update skip locked)`;
  const scores = sql`
    with gone as materialized (
      select tenant_id, run_id, scorer from baton.online_score where ${old('scored_at')}
      order by scored_at limit ${batch} for update skip locked
    ), reasons as (
      delete from baton.online_reason where (tenant_id, run_id, scorer) in (select tenant_id, run_id, scorer from gone)
    )
    delete from baton.online_score where (tenant_id, run_id, scorer) in (select tenant_id, run_id, scorer from gone)`;
  for (const statement of [runs, scores]) {
    for (let deleted = batch; deleted >= batch; ) {
      const { numAffectedRows = 0n } = await asService(() => statement.execute(db));
      deleted = Number(numAffectedRows);
    }
  }
}
