import type { TurnContext } from './turns.ts';

/** Takes no more turns and waits for those under way, at most `milliseconds`; what still runs then is aborted. */
export async function stopTurns({ turns, log }: TurnContext, milliseconds: number): Promise<void> {
  turns.stopping = true;
  const over = Promise.all(turns.lastOf.values());
  const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), milliseconds).unref());
  if ((await Promise.race([over, late])) !== 'late') return;
  if (turns.running.size > 0)
    log.warn({ runs: [...turns.running.keys()] }, 'turns are still under way and are stopped');
  for (const controller of turns.running.values()) controller.abort(new Error('The service is stopping.'));
  await over;
}
