import type { Notice } from '../bus/bus.ts';
import { listAskedToStop } from '../db/runs.ts';
import { asService, inTenant } from '../tenancy.ts';
import { stopRun } from './cancel-run.ts';
import type { TurnContext } from './turns.ts';

/** Acts on what other processes tell. The returned function stops it. */
export function hearOthers(context: TurnContext): () => void {
  const { bus, turns } = context;

  function hear(notice: Notice): void {
    if (notice.type === 'events') hearEvents(context, notice);
    else if (notice.type === 'run-waits') hearWaiting(turns);
    else if (turns.running.has(notice.runId)) void stopAsked(context, [notice.runId]);
  }

  function onGap(): void {
    for (const log of turns.logs.all()) log.ring();
    turns.wake();
    void stopAsked(context, [...turns.running.keys()]);
  }

  return bus.subscribe(hear, onGap);
}

/** How many wait is counted anew now and then. */
function hearWaiting(turns: TurnContext['turns']): void {
  turns.waiting = Math.max(1, turns.waiting);
  turns.wake();
}

function hearEvents(
  { turns }: TurnContext,
  { threadKey, seq, events }: Extract<Notice, { type: 'events' }>,
): void {
  const log = turns.logs.get(threadKey);
  if (events) log?.publish(events);
  log?.hint(seq);
}

/** What is not heard of here is seen when the claims are kept up. */
async function stopAsked(context: TurnContext, runIds: string[]): Promise<void> {
  try {
    const asked = await asService(() => listAskedToStop(context.db, runIds));
    for (const run of asked) await inTenant(run.tenant_id, () => stopRun(context, run));
  } catch (error) {
    context.log.warn({ err: error }, 'runs that have to stop could not be looked up');
  }
}
