import type { AppContext } from '../../app-context.ts';
import { isSampled } from './is-sampled.ts';
import { judgeRun } from './judge-run.ts';
import { loadOnlineRules, type OnlineRules } from './online-rules.ts';
import { scoreRun } from './score-run.ts';

/**
 * Has turns of users scored by this process, if it is one that carries out runs: which of them, `evals/online.yaml` and the settings say. Throws
 * a `StartError` for a file that cannot be used.
 */
export async function startScoring(context: AppContext): Promise<void> {
  if (context.config.role === 'api') return;
  const rules = await loadOnlineRules(context.config.projectDir);
  context.turns.isSampled = ({ run_id, graph }) =>
    isSampled(run_id, shareOf(rules, graph, context.config.evals.sample));
  const score = (runId: string) => scoreRun(context, rules, runId);
  await context.queue.workOff('score', ({ data }) => score((data as { runId: string }).runId), 1); // as carryOut adds it
  await context.queue.workOff('judge', async ({ data, signal }) => {
    await judgeRun(context, rules, data as { runId: string; judge: string }, signal); // as scoreRun adds it
  });
}

function shareOf({ graphs }: OnlineRules, graph: string, otherwise: number): number {
  return (Object.hasOwn(graphs, graph) ? graphs[graph]?.sample : undefined) ?? otherwise;
}
