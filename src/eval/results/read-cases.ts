import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { EvalOutcome } from '../../db/tables/eval-tables.ts';
import type { Score } from '../score.ts';
import type { Attempt, CaseRun } from '../suite-run.ts';
import type { Transcript } from '../transcript.ts';

/** A case of a kept run, and where it stands. */
export interface KeptCase extends CaseRun {
  /** In the suite, from 0. */
  place: number;
  outcome: EvalOutcome;
}

export interface CaseQuery {
  runId: string;
  suite: string;
  outcome?: EvalOutcome | undefined;
  /** Those behind this place. */
  after?: number | undefined;
  /** Absent: all. */
  limit?: number;
}

/** The cases of a kept run with their attempts, in the order of the suite. */
export async function readCases(db: Kysely<Schema>, asked: CaseQuery): Promise<KeptCase[]> {
  const { runId, suite, outcome, after, limit } = asked;
  let query = db
    .selectFrom('baton.eval_case')
    .select(['place', 'case_id', 'hash', 'outcome', 'head'])
    .where('run_id', '=', runId)
    .where('suite', '=', suite);
  if (outcome !== undefined) query = query.where('outcome', '=', outcome);
  if (after !== undefined) query = query.where('place', '>', after);
  if (limit !== undefined) query = query.limit(limit);
  const rows = await query.orderBy('place').execute();
  const attempts = await readAttempts(
    db,
    asked,
    rows.map(({ place }) => place),
  );
  return rows.map(({ place, case_id: id, hash, outcome: became, head }) => ({
    place,
    id,
    hash,
    outcome: became,
    ...head,
    attempts: attempts.get(place) ?? [],
  }));
}

/** The attempts at the cases at these places, by place, each list in the order in which they were made. */
async function readAttempts(
  db: Kysely<Schema>,
  { runId, suite }: Pick<CaseQuery, 'runId' | 'suite'>,
  places: number[],
): Promise<Map<number, Attempt[]>> {
  const rows = await db
    .selectFrom('baton.eval_attempt')
    .select(['place', 'repeat', 'outcome', 'scores', 'transcript', 'error'])
    .where('run_id', '=', runId)
    .where('suite', '=', suite)
    .where('place', '=', sql<number>`any(${places}::int[])`)
    .orderBy('place')
    .orderBy('repeat')
    .execute();
  const found = new Map<number, Attempt[]>(places.map((place) => [place, []]));
  for (const { place, repeat, outcome, scores, transcript, error } of rows) {
    found.get(place)?.push({
      repeat,
      outcome,
      scores: scores as Score[][], // written by keepReport, as what follows
      transcript: transcript as Transcript,
      ...(error !== null && { error }),
    });
  }
  return found;
}
