import type { AppContext } from '../../app-context.ts';
import { isSampled } from './is-sampled.ts';
import { loadOnlineRules, type OnlineRules } from './online-rules.ts';

/**
 * Has turns of users scored by this process, if it is one that carries out runs: which of them, `evals/online.yaml` and the settings say. Throws
 * a `StartError` for a file that cannot be used.
 */
export async function startScoring(context: AppContext): Promise<void> {
  if (context.config.role === 'api') return;
  const rules = await loadOnlineRules(context.config.projectDir);
  context.turns.isSampled = ({ run_id, graph }) =>
    isSampled(run_id, shareOf(rules, graph, context.config.evals.sample));
  await context.queue.workOff(
    'score',
    async ({ data }) => {
      const { scoreRun } = await import('./score-run.ts');
      await scoreRun(context, rules, (data as { runId: string }).runId); // as carryOut adds it
    },
    1,
  );
  await context.queue.workOff('judge', async ({ data, signal }) => {
    const { judgeRun } = await import('./judge-run.ts');
    await judgeRun(context, rules, data as { runId: string; judge: string }, signal); // as scoreRun adds it
  });
}

function shareOf({ graphs }: OnlineRules, graph: string, otherwise: number): number {
  return (Object.hasOwn(graphs, graph) ? graphs[graph]?.sample : undefined) ?? otherwise;
}
