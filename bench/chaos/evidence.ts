import { isLast, type LoggedEvent } from '../../src/turn-event.ts';
import type { Delivery } from './effects-server.ts';
import type { ThreadMessage } from './read-again.ts';
import type { Ledger } from './read-ledger.ts';
import type { SeenFrame, TurnRecord } from './turn-record.ts';

/** All that is known when everything is over. */
export interface Evidence {
  records: TurnRecord[];
  ledger: Ledger;
  deliveries: Delivery[];
  /** What a stream of a run gives now, by `replayKey`. */
  replays: Map<string, SeenFrame[]>;
  /** The messages of each thread. */
  messages: Map<string, ThreadMessage[]>;
  /** What went wrong with the processes. */
  troubles: string[];
}

export function replayKey(runId: string, modes: string[]): string {
  return `${runId} ${modes.join('+')}`;
}

/** One thing that has to be true: how many cases were looked at, and those in which it is not. */
export interface Verdict {
  check: string;
  cases: number;
  violations: string[];
}

export function eventsOf({ ledger }: Evidence, threadId: string, runId: string | undefined): LoggedEvent[] {
  return (ledger.logs.get(threadId) ?? []).filter((event) => event.runId === runId);
}

/** How a run ended, by the log. */
export function endOf(evidence: Evidence, { threadId, runId }: TurnRecord): LoggedEvent | undefined {
  return eventsOf(evidence, threadId, runId).find(isLast);
}

/** Whether a run came to its answer. */
export function endedWell(evidence: Evidence, record: TurnRecord): boolean {
  return endOf(evidence, record)?.type === 'turn-end';
}
