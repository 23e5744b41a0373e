import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { TurnCost } from './to-transcript.ts';

/** What the calls of chat models for a run cost, of those that are written down: in dollars, null where one has no price. */
export async function costOfRun(db: Kysely<Schema>, runId: string): Promise<TurnCost> {
  return sum(await chatCalls(db).where('run_id', '=', runId).execute());
}

/**
 * The same of all judges since a moment. They are asked after the runs that they judge, and belong to none: of attempts that are made at once it
 * cannot be told apart.
 */
export async function costOfJudges(db: Kysely<Schema>, since: Date): Promise<TurnCost> {
  const calls = chatCalls(db).where('agent', 'like', 'judge:%').where('started_at', '>=', since);
  return sum(await calls.execute());
}

function chatCalls(db: Kysely<Schema>) {
  return db.selectFrom('baton.model_call').select('cost_nano').where('kind', '=', 'chat');
}

function sum(calls: { cost_nano: number | null }[]): TurnCost {
  const isPriced = calls.every(({ cost_nano: cost }) => cost !== null);
  const nano = calls.reduce((sum, { cost_nano: cost }) => sum + Number(cost ?? 0), 0);
  return { dollars: isPriced ? nano / 1e9 : null, modelCalls: calls.length };
}
