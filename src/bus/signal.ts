import type { EventsNotice, Notice } from './bus.ts';

/** What travels: notices, and what buses say among themselves. */
export type Signal =
  | Notice
  /** The sender had to drop notices. */
  | { type: 'lost' }
  /** The sender listens to NOTIFY. */
  | { type: 'here' }
  /** The sender does not hear Redis just now: tell it over NOTIFY as well. */
  | { type: 'deaf' };

/** Events that one notice gathers at most before it becomes a bare number. */
const mostEvents = 1_000;

/** Signals with the same key say the same thing, so one of them is enough. */
export function keyOf(signal: Signal): string {
  if (signal.type === 'events') return `events ${signal.threadKey}`;
  return signal.type === 'cancel' ? `cancel ${signal.runId}` : signal.type;
}

/** One signal for two of the same key, whichever came first. */
export function mergeSignals(one: Signal, other: Signal): Signal {
  if (one.type !== 'events' || other.type !== 'events') return other;
  return one.seq <= other.seq ? joinEvents(one, other) : joinEvents(other, one);
}

/** The signal without the events that it carries. */
export function bare(signal: Signal): Signal {
  if (signal.type !== 'events') return signal;
  return { type: 'events', threadKey: signal.threadKey, seq: signal.seq };
}

function joinEvents(early: EventsNotice, late: EventsNotice): EventsNotice {
  const [before, after] = [early.events ?? [], late.events ?? []];
  if (after.length === 0) return late;
  const follows = before.at(-1)?.seq === (after[0]?.seq ?? 0) - 1;
  if (!follows || before.length + after.length > mostEvents) return late;
  return { ...late, events: [...before, ...after] };
}
