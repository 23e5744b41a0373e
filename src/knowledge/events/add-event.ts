import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { JsonObject } from '../../message.ts';

export const domainEventTypes = [
  'document-added',
  'document-ready',
  'document-failed',
  'document-deleted',
  'document-published',
  'document-withdrawn',
  'collection-created',
  'collection-deleted',
  'collection-reembedded',
  'ticket-opened',
  'ticket-answered',
] as const;
export type DomainEventType = (typeof domainEventTypes)[number];

export interface NewDomainEvent {
  type: DomainEventType;
  /** The collection's name. Its webhook is told of the event, as it is set when the event is written. */
  collection?: string;
  documentId?: string;
  /** What a reader of the event would ask next: a key, a version, an error's code. No text of documents. */
  data?: JsonObject;
}

/**
 * Writes an event in the transaction of what happened, so that there is the one where there is the other. To be called for a
 * tenant; of a collection or document that goes, before it does. It takes its place in the feed once the transaction is over
 * (see `handOnEvents`), and wakes nobody by itself.
 */
export async function addEvent(trx: Kysely<Schema>, event: NewDomainEvent): Promise<void> {
  const { type, collection, documentId, data = {} } = event;
  await trx
    .insertInto('baton.domain_event')
    .values((eb) => ({
      type,
      collection: collection ?? null,
      document_id: documentId ?? null,
      data: JSON.stringify(data),
      webhook: eb
        .selectFrom('baton.collection')
        .select('webhook')
        .where('collection', '=', collection ?? ''),
    }))
    .execute();
}
