import type { AppContext } from '../../app-context.ts';
import { isSampled } from './is-sampled.ts';
import { keepScores } from './keep-scores.ts';
import type { OnlineJudge, OnlineRules } from './online-rules.ts';
import { readTurn } from './read-turn.ts';
import { type OnlineScore, scoreOnline } from './score-online.ts';

/** What of everything that is open scoring needs. */
export type ScoringContext = Pick<AppContext, 'config' | 'db' | 'queue' | 'metrics' | 'log'>;

/**
 * Scores a turn that has ended, once, and has judges read it where it is among those that are judged. A turn that is gone, as those of
 * temporary threads soon are, is passed over.
 */
export async function scoreRun(context: ScoringContext, rules: OnlineRules, runId: string): Promise<void> {
  const turn = await readTurn(context.db, runId);
  if (!turn) return;
  const { graph } = turn.run;
  const scores = await scoreOnline(turn.transcript);
  const judged =
    turn.transcript.error === undefined && isSampled(`${runId}/judges`, context.config.evals.judges);
  const added = await context.db.transaction().execute(async (trx) => {
    const fresh = await keepScores(trx, turn, scores);
    if (fresh.length === 0 || !judged) return fresh;
    for (const { name } of judgesOf(context, rules, graph))
      await context.queue.addJob(trx, 'judge', { runId, judge: name });
    return fresh;
  });
  countScores(context, graph, added);
}

/** The judges of a graph, those that a model plays which understands language. */
export function judgesOf(context: ScoringContext, { graphs }: OnlineRules, graph: string): OnlineJudge[] {
  const { roles } = context.config.models;
  const rule = Object.hasOwn(graphs, graph) ? graphs[graph] : undefined;
  return (rule?.judges ?? []).filter((judge) =>
    judge.roles.every((role) => roles[role].provider !== 'offline'),
  );
}

export function countScores(
  { metrics }: Pick<ScoringContext, 'metrics'>,
  graph: string,
  scores: OnlineScore[],
): void {
  for (const { scorer, value } of scores) metrics.onlineScores.observe({ graph, scorer }, value);
}
