import { citationsOf } from '../../handoff/citations/citation.ts';
import { matchPath } from '../scorers/match-path.ts';
import { declines } from '../scorers/refusal/declines.ts';
import { scoreGrounded } from '../scorers/score-grounded.ts';
import type { TurnTranscript } from '../transcript.ts';

/** What is found of a turn that nobody said anything about beforehand. */
export interface OnlineScore {
  scorer: string;
  /** From 0 to 1 for shares and for what is so or not, otherwise a count, milliseconds or dollars. */
  value: number;
  why?: string;
}

/**
 * What can be said of a turn without a reference and without a model:
 *
 * `answered`, and `error:<kind>` of one that failed · `refused`: the answer declines · `grounded`: the share of its sentences that what was found
 * bears out, where something was found · `cites`: the share of its citations that lead to a passage of the turn · `hops`, and `wasted`: how often
 * control was refused or came back to an agent that had spoken · `repairs`, of which `loops` and `limits` · `guards`, of which `blocked` ·
 * `failed-calls`: their share · `milliseconds`, `firstTokenMs`, `tokens`, `dollars`.
 */
export async function scoreOnline(turn: TurnTranscript): Promise<OnlineScore[]> {
  const { error } = turn;
  if (error)
    return [
      { scorer: 'answered', value: 0 },
      { scorer: `error:${error.error}`, value: 1 },
      ...courseOf(turn),
    ];
  return [
    { scorer: 'answered', value: 1 },
    { scorer: 'refused', value: Number(declines(turn)) },
    ...(await groundOf(turn)),
    ...citesOf(turn),
    ...courseOf(turn),
  ];
}

/** Of what another turn found, an answer from the cache is no worse. */
async function groundOf(turn: TurnTranscript): Promise<OnlineScore[]> {
  if (turn.metadata.cache || !turn.calls.some(({ failed }) => !failed)) return [];
  const scores = await scoreGrounded(true, { turn });
  return scores.flatMap(({ scorer, value, why }) =>
    value === null ? [] : [{ scorer, value, ...(why && { why }) }],
  );
}

function citesOf({ metadata, passages }: TurnTranscript): OnlineScore[] {
  const cited = citationsOf({ response_metadata: metadata });
  if (metadata.cache || cited.length === 0) return [];
  const found = new Set(passages.map(({ id }) => id));
  const astray = cited.filter(({ id }) => !found.has(id));
  const value = 1 - astray.length / cited.length;
  return [
    { scorer: 'cites', value, ...(astray[0] && { why: `Nothing that was found is ${astray[0].id}.` }) },
  ];
}

function courseOf(turn: TurnTranscript): OnlineScore[] {
  const { path, hops, repairs, guards, calls, measures } = turn;
  const { loops } = matchPath(path, [path], 'strict');
  const refused = hops.filter((hop) => hop.refused !== undefined).length;
  const all = Object.values(repairs).reduce((sum, count) => sum + count, 0);
  const failed = calls.filter((call) => call.failed).length;
  const known: [string, number | null][] = [
    ['hops', measures.hops],
    ['wasted', refused + loops],
    ['repairs', all],
    ['loops', repairs.loop ?? 0],
    ['limits', repairs.limit ?? 0],
    ['guards', guards.length],
    ['blocked', guards.filter(({ blocked }) => blocked).length],
    ['failed-calls', calls.length > 0 ? failed / calls.length : null],
    ['milliseconds', measures.milliseconds],
    ['firstTokenMs', measures.firstTokenMs],
    ['tokens', measures.tokens],
    ['dollars', measures.modelCalls > 0 ? measures.dollars : null],
  ];
  return known.flatMap(([scorer, value]) => (value === null ? [] : [{ scorer, value }]));
}
