import type { ColumnType, Generated } from 'kysely';
import type { Time } from './column-types.ts';

export interface TicketTables {
  'baton.ticket': TicketTable;
}

export type TicketStatus = 'open' | 'answered' | 'closed';
export type Urgency = 'low' | 'normal' | 'high';

/** A thread in the hands of a person. A thread has one open at most. */
export interface TicketTable {
  tenant_id: Generated<string>;
  ticket_id: Generated<string>;
  thread_id: string;
  /** The run and the agent that opened it. */
  run_id: string;
  agent: string;
  summary: string;
  urgency: Urgency;
  /** How else the user can be reached. */
  contact: string | null;
  status: Generated<TicketStatus>;
  answer: ColumnType<string | null, never, string | null>;
  /** Who answered: a key's or a user's id. */
  answered_by: ColumnType<string | null, never, string | null>;
  created_at: Time;
  answered_at: ColumnType<Date | null, never, Date | null>;
  closed_at: ColumnType<Date | null, never, Date | null>;
}
