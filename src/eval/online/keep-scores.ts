import { type Kysely, sql, type Transaction } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { redact } from '../../redact.ts';
import type { UserTurn } from './read-turn.ts';
import type { OnlineScore } from './score-online.ts';

/** The most that is kept of a reason, in characters. */
const longest = 1_000;

/**
 * Writes down how a turn scores. A score that is there stays: a turn is scored once, however often that is tried. Returns those that are new.
 */
export async function keepScores(
  trx: Transaction<Schema>,
  { run, version, agent }: UserTurn,
  scores: OnlineScore[],
): Promise<OnlineScore[]> {
  if (scores.length === 0) return [];
  const rows = await trx
    .insertInto('baton.online_score')
    .values(
      scores.map(({ scorer, value }) => ({
        run_id: run.run_id,
        scorer,
        graph: run.graph,
        version,
        agent,
        value,
      })),
    )
    .onConflict((conflict) => conflict.columns(['tenant_id', 'run_id', 'scorer']).doNothing())
    .returning('scorer')
    .execute();
  const known = new Set(rows.map(({ scorer }) => scorer));
  const added = scores.filter(({ scorer }) => known.has(scorer));
  for (const { scorer, why } of added) if (why) await keepReason(trx, run.run_id, scorer, why);
  return added;
}

/** Not of a run that has gone meanwhile: nothing of what was said outlives it. */
async function keepReason(db: Kysely<Schema>, runId: string, scorer: string, why: string): Promise<void> {
  const text = JSON.stringify(redact(why).slice(0, longest).toWellFormed());
  await sql`
    insert into baton.online_reason (run_id, scorer, why)
    select run_id, ${scorer}, ${text}::json from baton.run where run_id = ${runId} for key share`.execute(db);
}
