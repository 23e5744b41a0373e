import type { Expectation } from '../expectation.ts';
import { scoreJudges } from '../judges/score-judges.ts';
import type { Score, Scorer, Seen } from '../score.ts';
import { scoreCalls } from './score-calls.ts';
import { scoreCites } from './score-cites.ts';
import { scoreFacts } from './score-facts.ts';
import { scoreGrounded } from './score-grounded.ts';
import { limitNames, scoreLimits } from './score-limits.ts';
import { scoreMatches } from './score-matches.ts';
import { scorePath } from './score-path.ts';
import { scoreRefusal } from './score-refusal.ts';
import { scoreRetrieval } from './score-retrieval.ts';
import { scoreRouting } from './score-routing.ts';
import { scoreRows } from './score-rows.ts';
import { scoreSafety } from './score-safety.ts';
import { scoreSchema } from './score-schema.ts';
import { scoreSql } from './score-sql.ts';
import { scoreState } from './score-state.ts';

/**
 * Scores one turn of an attempt: every expectation of it that is present, in the order of the fields of `Expectation`; none where nothing is
 * expected. A turn that ended in an error fails all of them. Rejects where a scorer could not do its work: then nothing is known of the attempt.
 */
export async function scoreTurn(seen: Seen): Promise<Score[]> {
  const expected = expectationOf(seen);
  const scores: Score[] = [];
  for (const score of scorers) {
    seen.signal.throwIfAborted();
    scores.push(...(await score(expected, seen)));
  }
  return scores;
}

function expectationOf({ case: { turns }, at }: Seen): Expectation {
  return turns[at]?.expect ?? {};
}

type Part = (expected: Expectation, seen: Seen) => Promise<Score[]>;

/** Scores a field where it is present; `names` are the scores that it gives. */
function part<Field extends keyof Expectation>(
  field: Field,
  score: Scorer<NonNullable<Expectation[Field]>>,
  names: (expected: NonNullable<Expectation[Field]>) => string[],
): Part {
  return async (expectation, seen) => {
    const expected = expectation[field];
    if (expected === undefined) return [];
    const { error } = seen.turn;
    return error ? names(expected).map((name) => failed(name, error)) : score(expected, seen);
  };
}

/** The same for what is known without an answer: a turn that failed keeps its details, so that its routing is counted. */
function partOfWay<Field extends 'path' | 'takenBy'>(
  field: Field,
  score: Scorer<NonNullable<Expectation[Field]>>,
): Part {
  return async (expectation, seen) => {
    const expected = expectation[field];
    if (expected === undefined) return [];
    const { error } = seen.turn;
    const scores = await score(expected, seen);
    return error ? scores.map((one) => ({ ...one, ...failed(one.scorer, error) })) : scores;
  };
}

function failed(scorer: string, { error, message }: { error: string; message: string }): Score {
  return { scorer, value: 0, passed: false, why: `The turn ended in an error (${error}): ${message}` };
}

const scorers: Part[] = [
  partOfWay('path', scorePath),
  partOfWay('takenBy', scoreRouting),
  part('calls', scoreCalls, () => ['calls']),
  part('sql', scoreSql, () => ['sql']),
  part('rows', scoreRows, () => ['rows']),
  part('retrieval', scoreRetrieval, () => ['recall', 'ndcg', 'mrr']),
  part('cites', scoreCites, () => ['cites']),
  part('grounded', scoreGrounded, (expected) => (expected ? ['grounded'] : [])),
  part('facts', scoreFacts, () => ['facts']),
  part('matches', scoreMatches, () => ['matches']),
  part('schema', scoreSchema, () => ['schema']),
  part('refuses', scoreRefusal, () => ['refusal']),
  part('safe', scoreSafety, () => ['safe']),
  part('state', scoreState, () => ['state']),
  part('judges', scoreJudges, (expected) => expected.map(({ name }) => `judge:${name}`)),
  part('within', scoreLimits, (limits) => limitNames(limits).map((name) => `within:${name}`)),
];
