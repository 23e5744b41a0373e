import type { TimedEvent } from '../db/event-rows.ts';
import { countEvents } from '../metrics/count-events.ts';
import { tenantKey } from '../tenancy.ts';
import type { LoggedEvent, TurnEvent } from '../turn-event.ts';
import type { TurnContext } from './turns.ts';

/** Whose events they are, and who else hears of them. */
export interface Publication {
  threadId: string;
  runId: string;
  onSaved?: (batch: TurnEvent[]) => void;
}

/** Tells everyone here, and the other processes, what is in the database now; `last` is the number of the batch's last. */
export function publishEvents(
  { turns, bus, metrics }: Pick<TurnContext, 'turns' | 'bus' | 'metrics'>,
  { threadId, runId, onSaved }: Publication,
  batch: TimedEvent[],
  last: number,
): void {
  const first = last - batch.length + 1;
  const events = batch.map((event, at): LoggedEvent => ({ ...event, threadId, runId, seq: first + at }));
  const threadKey = tenantKey(threadId);
  turns.logs.get(threadKey)?.publish(events);
  bus.publish({ type: 'events', threadKey, seq: last, events });
  countEvents(metrics, batch);
  onSaved?.(batch);
}
