import type { ColumnType, Generated } from 'kysely';
import type { JsonObject } from '../../message.ts';
import type { Jsonb, Time } from './column-types.ts';

export interface CronTables {
  'baton.cron': CronTable;
}

/** Runs that are started by the clock. */
export interface CronTable {
  tenant_id: Generated<string>;
  cron_id: string;
  assistant_id: string;
  /** The thread that its runs are on; null: each has one of its own. */
  thread_id: string | null;
  /** A cron expression. */
  schedule: string;
  /** An IANA name. */
  timezone: string;
  end_time: ColumnType<Date | null, Date | null, Date | null>;
  enabled: boolean;
  /** The body of a request for a run, as it came. */
  payload: Jsonb<JsonObject>;
  metadata: Jsonb<JsonObject>;
  /** What becomes of a thread of a run's own. */
  on_run_completed: 'delete' | 'keep';
  user_id: string | null;
  /** When a run is to be started next; null: never. */
  next_run_date: ColumnType<Date | null, Date | null | undefined, Date | null>;
  created_at: Time;
  updated_at: Time;
}
