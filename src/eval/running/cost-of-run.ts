import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { TurnCost } from './to-transcript.ts';

/** What the calls of chat models for a run cost, of those that are written down: in dollars, null where one has no price. */
export async function costOfRun(db: Kysely<Schema>, runId: string): Promise<TurnCost> {
  const calls = await db
    .selectFrom('baton.model_call')
    .select('cost_nano')
    .where('run_id', '=', runId)
    .where('kind', '=', 'chat')
    .execute();
  const isPriced = calls.every(({ cost_nano: cost }) => cost !== null);
  const nano = calls.reduce((sum, { cost_nano: cost }) => sum + Number(cost ?? 0), 0);
  return { dollars: isPriced ? nano / 1e9 : null, modelCalls: calls.length };
}
