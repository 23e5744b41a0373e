import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';

/** Deletes what is kept of a command, or of one suite that it ran. False where nothing is. */
export async function deleteRun(db: Kysely<Schema>, runId: string, suite?: string): Promise<boolean> {
  let query = db.deleteFrom('baton.eval_run').where('run_id', '=', runId);
  if (suite !== undefined) query = query.where('suite', '=', suite);
  const { numDeletedRows } = await query.executeTakeFirst();
  return numDeletedRows > 0n;
}
