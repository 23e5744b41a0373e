import { type Kysely, type Selectable, sql } from 'kysely';
import type { Schema } from './schema.ts';
import type { TicketStatus, TicketTable, Urgency } from './tables/ticket-tables.ts';

export type Ticket = Selectable<TicketTable>;

/** Within the text: a prepared statement finds a partial index by what it says, and not by its parameters. */
const isOpen = sql.lit<TicketStatus>('open');

export interface NewTicket {
  threadId: string;
  runId: string;
  agent: string;
  summary: string;
  urgency: Urgency;
  contact?: string | undefined;
}

/** Opens a ticket for a thread, unless one is open there: then that one is returned, and `opened` is false. */
export async function openTicket(
  trx: Kysely<Schema>,
  { threadId, runId, agent, summary, urgency, contact = '' }: NewTicket,
): Promise<{ ticket: Ticket; opened: boolean }> {
  const made = await trx
    .insertInto('baton.ticket')
    .values({ thread_id: threadId, run_id: runId, agent, summary, urgency, contact: contact || null })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'thread_id']).where('status', '=', isOpen).doNothing(),
    )
    .returningAll()
    .executeTakeFirst();
  if (made) return { ticket: made, opened: true };
  const ticket = await trx
    .selectFrom('baton.ticket')
    .selectAll()
    .where('thread_id', '=', threadId)
    .where('status', '=', 'open')
    .executeTakeFirstOrThrow();
  return { ticket, opened: false };
}

export function getTicket(db: Kysely<Schema>, ticketId: string): Promise<Ticket | undefined> {
  return db.selectFrom('baton.ticket').selectAll().where('ticket_id', '=', ticketId).executeTakeFirst();
}

/** Tickets, newest first; those that come after the one with the id `after`, of which nobody may know whose it is. */
export function listTickets(
  db: Kysely<Schema>,
  { status, limit, after }: { status?: TicketStatus | undefined; limit: number; after?: string | undefined },
): Promise<Ticket[]> {
  let query = db.selectFrom('baton.ticket').selectAll();
  if (status) query = query.where('status', '=', status);
  if (after) {
    const last = sql`(select t.created_at, t.ticket_id from baton.ticket t where t.ticket_id = ${after})`;
    query = query.where(sql<boolean>`(created_at, ticket_id) < ${last}`);
  }
  return query.orderBy('created_at', 'desc').orderBy('ticket_id', 'desc').limit(limit).execute();
}

/** Writes down what a person answered. Undefined when the ticket is not open. */
export function markAnswered(
  trx: Kysely<Schema>,
  ticketId: string,
  { text, by }: { text: string; by: string },
): Promise<Ticket | undefined> {
  return trx
    .updateTable('baton.ticket')
    .set({ status: 'answered', answer: text, answered_by: by, answered_at: sql`now()` })
    .where('ticket_id', '=', ticketId)
    .where('status', '=', 'open')
    .returningAll()
    .executeTakeFirst();
}

/** Closes a ticket, answered or not. Undefined when there is none, or it is closed. */
export function closeTicket(db: Kysely<Schema>, ticketId: string): Promise<Ticket | undefined> {
  return db
    .updateTable('baton.ticket')
    .set({ status: 'closed', closed_at: sql`now()` })
    .where('ticket_id', '=', ticketId)
    .where('status', '<>', 'closed')
    .returningAll()
    .executeTakeFirst();
}
