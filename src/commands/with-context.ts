import { type AppContext, openContext } from '../app-context.ts';
import { readConfig } from '../config.ts';
import { openQuietLog } from './open-quiet-log.ts';
import { showProgress } from './show-progress.ts';

/** Opens everything for one command and closes it after; an interrupt from the keyboard aborts the signal. */
export async function withContext<Result>(
  work: (context: AppContext, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const config = readConfig();
  const context = await openContext(config, openQuietLog(config), { progress: showProgress(process.stderr) });
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  try {
    return await work(context, controller.signal);
  } finally {
    await context.close(0);
  }
}
