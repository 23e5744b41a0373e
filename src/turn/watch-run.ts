import { readEvents } from '../db/events.ts';
import { getRun } from '../db/runs.ts';
import { CallerError } from '../errors.ts';
import { isLast, type LoggedEvent } from '../turn-event.ts';
import type { TurnContext } from './turns.ts';

/** How many events are read from the database at once, and how often a run of another process is looked at. */
const page = 500;
const lookEveryMs = 250;

export interface Watch {
  threadId: string;
  runId: string;
  /** The last event that the watcher has; absent: from the run's first. */
  after?: number;
  signal: AbortSignal;
}

/**
 * The events of a run from the log, those that are there and those to come, up to its last one. Ends early
 * when the signal aborts or the run is gone. A slow reader holds no memory: it reads on where it stopped.
 *
 * Throws a `CallerError` (`unavailable`) when the run waits and the service stops: the next start carries it out.
 */
export async function* watchRun(
  context: TurnContext,
  { runId, after = 0, signal }: Watch,
): AsyncGenerator<LoggedEvent> {
  const leave = context.turns.live.get(runId)?.watch();
  try {
    let seq = after;
    while (!signal.aborted) {
      const live = context.turns.live.get(runId);
      const more = live?.next();
      const ended = !live && (await hasEnded(context, runId));
      const events = live?.since(seq) ?? (await readEvents(context.db, { runId, after: seq, limit: page }));
      for (const event of events) {
        yield event;
        seq = event.seq;
        if (isLast(event)) return;
      }
      if (events.length > 0) continue;
      if (ended) return;
      if (!live && context.turns.stopping) throw stopsFirst();
      await wait(more, signal);
    }
  } finally {
    leave?.();
  }
}

function stopsFirst(): CallerError {
  return new CallerError(
    'unavailable',
    'The service is stopping. It carries this run out after its next start.',
  );
}

async function hasEnded({ db }: TurnContext, runId: string): Promise<boolean> {
  const run = await getRun(db, runId);
  return !run || (run.status !== 'pending' && run.status !== 'running');
}

/** Until the next event, or for a moment where nothing rings. */
async function wait(more: Promise<void> | undefined, signal: AbortSignal): Promise<void> {
  const stopped = Promise.withResolvers<void>();
  const stop = () => stopped.resolve();
  const timer = more ? undefined : setTimeout(stop, lookEveryMs);
  signal.addEventListener('abort', stop, { once: true });
  await Promise.race([more, stopped.promise].filter(Boolean));
  signal.removeEventListener('abort', stop);
  clearTimeout(timer);
}
