import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { JsonObject } from '../../message.ts';
import type { DomainEventType } from './add-event.ts';

/** An event as its readers see it, over HTTP and by webhook. */
export interface DomainEvent {
  /** Its number in the tenant's feed: they count up from 1, without gaps. */
  id: number;
  type: string;
  collection: string | null;
  document_id: string | null;
  data: JsonObject;
  created_at: Date;
}

export interface EventFilter {
  /** Only those with higher numbers. */
  after: number;
  type?: DomainEventType | undefined;
  collection?: string | undefined;
  /** Leaves out those of tickets, which tell of threads. */
  noTickets?: boolean;
}

const columns = ['event_no', 'type', 'collection', 'document_id', 'data', 'created_at'] as const;

/** Events that have a number, in order: at most `limit`. */
export async function readEvents(
  db: Kysely<Schema>,
  { after, type, collection, noTickets = false }: EventFilter,
  limit: number,
): Promise<DomainEvent[]> {
  const rows = await db
    .selectFrom('baton.domain_event')
    .select(columns)
    .where('event_no', '>', after)
    .$if(noTickets, (query) => query.where('type', 'not like', 'ticket-%'))
    .$if(type !== undefined, (query) => query.where('type', '=', type ?? ''))
    .$if(collection !== undefined, (query) => query.where('collection', '=', collection ?? ''))
    .orderBy('event_no')
    .limit(limit)
    .execute();
  return rows.map(toEvent);
}

/** One event and where it is told; undefined when it is gone. */
export async function readEvent(
  db: Kysely<Schema>,
  eventNo: number,
): Promise<{ event: DomainEvent; webhook: string | null } | undefined> {
  const row = await db
    .selectFrom('baton.domain_event')
    .select([...columns, 'webhook'])
    .where('event_no', '=', eventNo)
    .executeTakeFirst();
  return row && { event: toEvent(row), webhook: row.webhook };
}

/** The highest number that was given; 0: none. */
export async function newestEvent(db: Kysely<Schema>): Promise<number> {
  const { newest } = await db
    .selectFrom('baton.domain_event')
    .select((eb) => eb.fn.max('event_no').as('newest'))
    .executeTakeFirstOrThrow();
  return newest ?? 0;
}

type Row = Omit<DomainEvent, 'id'> & { event_no: number | null };

function toEvent({ event_no, type, collection, document_id, data, created_at }: Row): DomainEvent {
  return { id: event_no ?? 0, type, collection, document_id, data, created_at };
}
