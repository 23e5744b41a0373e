import { HandOverError } from './run-turn.ts';
import type { TurnContext } from './turns.ts';

/**
 * Takes no more turns and has those under way handed over: after the step that each is in, or as it is when that takes longer than
 * `milliseconds`. Resolves when nothing runs here any more.
 */
export async function stopTurns({ turns, log }: TurnContext, milliseconds: number): Promise<void> {
  turns.stopping = true;
  const running = [...turns.running.values()];
  for (const run of running) run.drain();
  const over = Promise.all(running.map((run) => run.over));
  const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), milliseconds).unref());
  if ((await Promise.race([over, late])) === 'late') {
    log.warn({ runs: [...turns.running.keys()] }, 'steps are still under way and will be repeated elsewhere');
    for (const run of turns.running.values()) run.stop(new HandOverError('The process stops.'));
    await over;
  }
}

/** Cuts the streams that are still open: their watchers come again, elsewhere or after the next start. */
export function sendWatchersAway({ turns }: Pick<TurnContext, 'turns'>): void {
  turns.closed.abort();
}
