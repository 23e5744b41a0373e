import { type RawBuilder, sql } from 'kysely';
import type { TurnEvent } from '../turn-event.ts';

/** An event, and when it happened, in milliseconds since 1970. */
export type TimedEvent = TurnEvent & { at: number };

/** A row of the log: the events from one number of the thread on, one a line. */
export interface EventRow {
  first_seq: number;
  events: string;
}

/**
 * How long a row may get, in characters: whoever reads one of its events has to unpack all of it. A single event may be longer, a run that
 * is longer keeps the rows that it was written in.
 */
export const longestRow = 131_072;

/**
 * Batches of events as rows to be written, as a table: `at` is the batch's place from 0, `first` and `last` are places in the batch from 1, and
 * `events` is the text. A JSON text has no line breaks, so one between events says where they end, and two do between rows.
 */
export function toRows(batches: TimedEvent[][]): RawBuilder<unknown> {
  const rows = batches.flatMap((events, at) =>
    cut(
      events.map((event) => JSON.stringify(event)),
      at,
    ),
  );
  const places = rows.map(({ at, first, lines }) => ({ at, first, last: first + lines.length - 1 }));
  const texts = rows.map(({ lines }) => lines.join('\n')).join('\n\n');
  return sql`rows from (
    json_to_recordset(${JSON.stringify(places)}::json) as (at int, first int, last int), string_to_table(${texts}::text, E'\n\n'))`;
}

interface Cut {
  at: number;
  first: number;
  lines: string[];
}

function cut(lines: string[], at: number): Cut[] {
  const rows: Cut[] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const [place, line] of lines.entries()) {
    length += line.length + 1;
    if (length > longestRow) {
      rows.push({ at, first: place + 1, lines: [] });
      length = line.length;
    }
    rows.at(-1)?.lines.push(line);
  }
  return rows;
}

/** Whether a row has an event of one of the types. Each line begins with its event's. */
export function hasType(...types: TurnEvent['type'][]): RawBuilder<boolean> {
  const found = types.map((type) => sql`strpos(E'\n' || events, ${`\n${beginning(type)}`}) > 0`);
  return sql<boolean>`(${sql.join(found, sql` or `)})`;
}

/** The events of a row that come after a number, at most so many, with their numbers. */
export function eventsAfter({ first_seq, events }: EventRow, after: number, limit: number): NumberedEvent[] {
  const from = Math.max(0, after + 1 - first_seq);
  const lines = events.split('\n').slice(from, from + limit);
  return lines.map((line, place) => ({ ...parse(line), seq: first_seq + from + place }));
}

export type NumberedEvent = TimedEvent & { seq: number };

/** The events of rows that have one of the types. */
export function eventsOf<Type extends TurnEvent['type']>(
  rows: Pick<EventRow, 'events'>[],
  ...types: Type[]
): Extract<TimedEvent, { type: Type }>[] {
  const beginnings = types.map(beginning);
  const isOne = (line: string) => beginnings.some((one) => line.startsWith(one));
  return rows.flatMap(
    ({ events }) =>
      events
        .split('\n')
        .filter(isOne)
        .map((line) => parse(line) as Extract<TimedEvent, { type: Type }>), // it begins with that type
  );
}

function beginning(type: TurnEvent['type']): string {
  return `{"type":"${type}"`;
}

function parse(line: string): TimedEvent {
  return JSON.parse(line) as TimedEvent; // written by `toRows`
}
