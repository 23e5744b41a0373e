import type { ColumnType, Generated, JSONColumnType } from 'kysely';

/** Written as a JSON text, read as data. */
type Jsonb<T extends object | null> = JSONColumnType<T, string, string>;
type Time = ColumnType<Date, Date | string | undefined, Date | string>;

/** Every table, by its qualified name. */
export interface Schema extends BatonTables {}

interface BatonTables {
  'baton.thread': ThreadTable;
  'baton.run': RunTable;
  'baton.event': EventTable;
}

export interface ThreadTable {
  thread_id: string;
  graph: string | null;
  /** The hash of the graph and its agents that the thread began with. */
  graph_version: string | null;
  status: ColumnType<'idle' | 'busy' | 'interrupted' | 'error', string | undefined, string>;
  metadata: Jsonb<Record<string, unknown>>;
  /** The sequence number of the last event; the next one is one more. */
  last_seq: Generated<number>;
  created_at: Time;
  updated_at: Time;
}

export type RunStatus = 'pending' | 'running' | 'success' | 'error' | 'timeout' | 'interrupted';

export interface RunTable {
  run_id: string;
  thread_id: string;
  graph: string;
  status: ColumnType<RunStatus, RunStatus | undefined, RunStatus>;
  /** What the caller asked: input, command, config, stream modes, metadata. */
  kwargs: Jsonb<Record<string, unknown>>;
  metadata: Jsonb<Record<string, unknown>>;
  multitask_strategy: string;
  created_at: Time;
  updated_at: Time;
}

export interface EventTable {
  thread_id: string;
  /** Counts up from 1 in a thread, without gaps, and never changes. */
  seq: number;
  run_id: string;
  type: string;
  data: Jsonb<Record<string, unknown>>;
  created_at: Time;
}
