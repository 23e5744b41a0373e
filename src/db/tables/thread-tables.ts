import type { ColumnType, Generated } from 'kysely';
import type { Asker } from '../../tenancy.ts';
import type { Jsonb, Time } from './column-types.ts';

export interface BatonTables {
  'baton.tenant': TenantTable;
  'baton.thread': ThreadTable;
  'baton.run': RunTable;
  'baton.event': EventTable;
  'baton.graph_version': GraphVersionTable;
  'baton.idempotency_key': IdempotencyKeyTable;
  'baton.call_record': CallRecordTable;
}

/** Whom the rows with its id belong to. */
export interface TenantTable {
  tenant_id: string;
  name: string;
  /** It keeps its rows, and may do nothing. */
  suspended_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
  created_at: Time;
}

/** Rows that have a `tenant_id` are their tenant's alone; it is filled in from the transaction: see `row-security.ts`. */
export interface ThreadTable {
  tenant_id: Generated<string>;
  thread_id: string;
  graph: string | null;
  /** The version of the graph that the thread is pinned to: a row of `baton.graph_version`. */
  graph_version: string | null;
  status: ColumnType<'idle' | 'busy' | 'interrupted' | 'error', string | undefined, string>;
  metadata: Jsonb<Record<string, unknown>>;
  /** The sequence number of the last event; the next one is one more. */
  last_seq: Generated<number>;
  /** Deleted when its one turn is over. */
  temporary: Generated<boolean>;
  /** The run and attempt that may write the thread's log and states: `<run_id>:<attempt>`; null while none runs. */
  owner: ColumnType<string | null, string | null | undefined, string | null>;
  /** How long the thread is kept when nobody uses it; null for ever. */
  ttl_minutes: ColumnType<number | null, number | null | undefined, number | null>;
  /** What goes then: the thread, or all of its states but the latest. */
  ttl_strategy: ColumnType<TtlStrategy, TtlStrategy | undefined, TtlStrategy>;
  /** Moves along when the thread is used; null when there is nothing left to do. */
  expires_at: ColumnType<Date | null, never, Date | null>;
  state_updated_at: Time;
  created_at: Time;
  updated_at: Time;
}

export type TtlStrategy = 'delete' | 'keep_latest';

export type RunStatus = 'pending' | 'running' | 'success' | 'error' | 'timeout' | 'interrupted';

export interface RunTable {
  tenant_id: Generated<string>;
  run_id: string;
  thread_id: string;
  graph: string;
  /** The version that it was accepted for; null for the newest. */
  graph_version: ColumnType<string | null, string | null | undefined, string | null>;
  status: ColumnType<RunStatus, RunStatus | undefined, RunStatus>;
  /** What the turn begins with: see `TurnInput`. */
  input: Jsonb<Record<string, unknown>>;
  /** What the caller asked, as it came, to be shown again. */
  kwargs: Jsonb<Record<string, unknown>>;
  metadata: Jsonb<Record<string, unknown>>;
  multitask_strategy: string;
  /** The assistant that was asked; null for the graph's own. */
  assistant_id: ColumnType<string | null, string | null | undefined, string | null>;
  /** How it is carried out: see `RunConfig`. */
  config: ColumnType<Record<string, unknown>, string | undefined, string>;
  webhook: ColumnType<string | null, string | null | undefined, string | null>;
  /** Who asked, where somebody did: the user, and the key. */
  user_id: ColumnType<string | null, string | null | undefined, string | null>;
  key_id: ColumnType<string | null, string | null | undefined, string | null>;
  /** What they might do then; null: nobody in particular asked. */
  asker: ColumnType<Asker | null, string | null | undefined, string | null>;
  /** How often it was begun. */
  attempt: Generated<number>;
  /** How often it was begun and neither ended nor handed back. */
  crashes: Generated<number>;
  /** Somebody asked for it to stop. */
  cancel: ColumnType<'interrupt' | 'rollback' | null, string | null | undefined, string | null>;
  begin_after: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  /** When a watcher last came back to it. */
  watched_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
  started_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
  ended_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
  created_at: Time;
  updated_at: Time;
}

/** Requests that came with an `Idempotency-Key`, for a day. */
export interface IdempotencyKeyTable {
  tenant_id: Generated<string>;
  scope: string;
  key: string;
  /** Of the body. */
  hash: string;
  thread_id: ColumnType<string | null, string | null | undefined, string | null>;
  run_id: ColumnType<string | null, string | null | undefined, string | null>;
  /** What was answered, of requests that start no run. */
  status: ColumnType<number | null, number | null | undefined, number | null>;
  answer: ColumnType<unknown, string | null | undefined, string | null>;
  created_at: Time;
}

/** Calls of tools that change something, so that none is carried out twice. */
export interface CallRecordTable {
  tenant_id: Generated<string>;
  thread_id: string;
  /** Of the message that called, the call and its arguments: see `callKey`. */
  call_key: string;
  call_id: string;
  run_id: string;
  tool: string;
  /** What it returned: see `RecordedResult`; null while it is not known. */
  result: ColumnType<unknown, string | null | undefined, string | null>;
  created_at: Time;
  ended_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
}

/** Events of a thread: what one run wrote at one time, or all that it wrote. `baton.event_line` shows one a row. */
export interface EventTable {
  tenant_id: Generated<string>;
  thread_id: string;
  /** The number of the first event. They count up from 1 in a thread, without gaps, and never change. */
  first_seq: number;
  last_seq: number;
  run_id: string;
  /** Each event's JSON on a line of its own, the type first: see `toRows`. */
  events: string;
  created_at: Time;
}

/** Versions of graphs that threads are pinned to. */
export interface GraphVersionTable {
  graph: string;
  /** The hash of `files`. */
  version: string;
  files: Jsonb<{ graph: string; agents: Record<string, string> }>;
  created_at: Time;
}
