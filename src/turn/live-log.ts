import type { LoggedEvent } from '../turn-event.ts';

/** Events kept in memory for each thread that is watched or runs, at most: their number, and their texts together. */
const keptEvents = 1_000;
const keptCharacters = 2_000_000;

/** The newest events of a thread that this process has heard of, and a bell for those who wait for more. */
export interface LiveLog {
  /** Takes events in that are in the database: written here, or told by another process. */
  publish(events: LoggedEvent[]): void;
  /** Says that the database has events up to `seq`. */
  hint(seq: number): void;
  /** Wakes everyone: something may have been missed, so they look into the database. */
  ring(): void;
  /** The highest number that is known to be in the database; 0 while none is. */
  last(): number;
  /** The events after `seq`; undefined when the database has to be asked. */
  since(seq: number): LoggedEvent[] | undefined;
  /** The first event here of which `wanted` is true. */
  find(wanted: (event: LoggedEvent) => boolean): LoggedEvent | undefined;
  /** Whether every event that anybody told of since the log was opened is here. */
  isWhole(): boolean;
  /** Resolves at the next event or hint. */
  next(): Promise<void>;
}

export function openLiveLog(): LiveLog {
  const events: LoggedEvent[] = [];
  let characters = 0;
  /** The highest number that is known to be in the database. */
  let last = 0;
  let forgot = false;
  let bell = Promise.withResolvers<void>();

  function ring(): void {
    bell.resolve();
    bell = Promise.withResolvers();
  }

  function keep(event: LoggedEvent): void {
    const newest = events.at(-1)?.seq;
    if (newest !== undefined && event.seq <= newest) return;
    if (newest !== undefined && event.seq > newest + 1) forget(events.length);
    events.push(event);
    characters += sizeOf(event);
  }

  function forget(count: number): void {
    forgot = true;
    for (const event of events.splice(0, count)) characters -= sizeOf(event);
  }

  return {
    publish(added) {
      for (const event of added) keep(event);
      last = Math.max(last, events.at(-1)?.seq ?? 0);
      while (events.length > keptEvents || (characters > keptCharacters && events.length > 1))
        forget(Math.ceil(events.length / 4));
      ring();
    },
    hint(seq) {
      if (seq <= last) return;
      last = seq;
      ring();
    },
    ring() {
      forget(events.length);
      last = 0;
      ring();
    },
    last: () => last,
    since(seq) {
      if (last > 0 && seq >= last) return [];
      const first = events[0]?.seq;
      if (first === undefined || seq < first - 1 || events.at(-1)?.seq !== last) return undefined;
      return events.slice(seq - first + 1);
    },
    find: (wanted) => events.find(wanted),
    isWhole: () => !forgot && last === (events.at(-1)?.seq ?? 0),
    next: () => bell.promise,
  };
}

/** About how much memory an event holds, in characters: its texts, and what is around them. */
function sizeOf(event: LoggedEvent): number {
  return event.type === 'text-delta' ? event.text.length + 200 : 200 + sizeOfJson(event);
}

function sizeOfJson(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  let size = 0;
  for (const member of Object.values(value)) size += 16 + sizeOfJson(member);
  return size;
}
