import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';

export interface Judgement {
  runId: string;
  judge: string;
}

/** Less than the queue waits before it gives a job to another process. */
export const claimSeconds = 840;

/**
 * Takes the right to have a judge read a turn, for `claimSeconds`. False where somebody else has it or had the turn judged, and where the
 * run is gone.
 */
export async function claimJudgement(db: Kysely<Schema>, { runId, judge }: Judgement): Promise<boolean> {
  const { rows } = await sql`
    insert into baton.online_judgement as held (run_id, judge, held_until)
    select run_id, ${judge}, now() + make_interval(secs => ${claimSeconds}) from baton.run where run_id = ${runId} for key share
    on conflict (tenant_id, run_id, judge) do update set held_until = excluded.held_until where held.held_until < now()
    returning judge`.execute(db);
  return rows.length > 0;
}

/** The turn is judged, or never will be: nobody else is to try. */
export async function closeJudgement(db: Kysely<Schema>, judgement: Judgement): Promise<void> {
  await sql`
    update baton.online_judgement set held_until = 'infinity' where ${isOf(judgement)}`.execute(db);
}

/** It is to be tried again. */
export async function dropJudgement(db: Kysely<Schema>, judgement: Judgement): Promise<void> {
  await sql`delete from baton.online_judgement where ${isOf(judgement)}`.execute(db);
}

function isOf({ runId, judge }: Judgement) {
  return sql<boolean>`run_id = ${runId} and judge = ${judge}`;
}
