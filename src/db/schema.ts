import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { JsonObject } from '../message.ts';

/** Written as a JSON text, read as data. */
type Jsonb<T extends object | null> = JSONColumnType<T, string, string>;
type Time = ColumnType<Date, Date | string | undefined, Date | string>;

/** Every table, by its qualified name. */
export interface Schema
  extends BatonTables,
    AssistantTables,
    CronTables,
    FilmsTables,
    CheckpointTables,
    StoreTables {}

interface BatonTables {
  'baton.thread': ThreadTable;
  'baton.run': RunTable;
  'baton.event': EventTable;
  'baton.graph_version': GraphVersionTable;
  'baton.idempotency_key': IdempotencyKeyTable;
  'baton.call_record': CallRecordTable;
}

export interface ThreadTable {
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

export interface EventTable {
  thread_id: string;
  /** Counts up from 1 in a thread, without gaps, and never changes. */
  seq: number;
  run_id: string;
  type: string;
  data: Jsonb<Record<string, unknown>>;
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

/** Assistants, and all that they were. */
interface AssistantTables {
  'baton.assistant': AssistantTable;
  'baton.assistant_version': AssistantVersionTable;
}

export interface AssistantTable {
  assistant_id: string;
  /** The current one: a row of `baton.assistant_version`. */
  version: number;
  created_at: Time;
  updated_at: Time;
}

/** What an assistant was with each change; never changed. */
export interface AssistantVersionTable {
  assistant_id: string;
  /** Counts up from 1, without gaps. */
  version: number;
  graph: string;
  name: string;
  description: string | null;
  config: Jsonb<JsonObject>;
  context: Jsonb<JsonObject>;
  metadata: Jsonb<JsonObject>;
  created_at: Time;
}

interface CronTables {
  'baton.cron': CronTable;
}

/** Runs that are started by the clock. */
export interface CronTable {
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

interface StoreTables {
  'baton.store_item': StoreItemTable;
  'baton.store_vector': StoreVectorTable;
}

/** What is remembered beyond threads. */
export interface StoreItemTable {
  item_id: Generated<number>;
  namespace: string[];
  key: string;
  value: Jsonb<JsonObject>;
  /** Of the value, as JSON text. */
  bytes: number;
  /** The paths of the fields that are embedded; null for the whole value. */
  fields: string[] | null;
  ttl_minutes: number | null;
  expires_at: ColumnType<Date | null, Date | null, Date | null>;
  created_at: Time;
  updated_at: Time;
}

/** Vectors of an item's texts, one a field and embedding model. */
export interface StoreVectorTable {
  item_id: number;
  model: string;
  field: string;
  embedding: string;
}

/** The film rental shop. Identity columns may be given, as an import does. */
interface FilmsTables {
  'films.actor': { actor_id: Generated<number>; first_name: string; last_name: string; last_update: Time };
  'films.category': { category_id: Generated<number>; name: string; last_update: Time };
  /** `name` is padded with blanks to 20 characters. */
  'films.language': { language_id: Generated<number>; name: string; last_update: Time };
  'films.country': { country_id: Generated<number>; country: string; last_update: Time };
  'films.city': { city_id: Generated<number>; city: string; country_id: number; last_update: Time };
  'films.address': AddressTable;
  'films.film': FilmTable;
  'films.film_actor': { actor_id: number; film_id: number; last_update: Time };
  'films.film_category': { film_id: number; category_id: number; last_update: Time };
  'films.store': StoreTable;
  'films.staff': StaffTable;
  'films.customer': CustomerTable;
  'films.inventory': {
    inventory_id: Generated<number>;
    film_id: number;
    store_id: number;
    last_update: Time;
  };
  'films.rental': RentalTable;
  'films.payment': PaymentTable;
  'films.film_embedding': { film_id: number; model: string; embedding: string };
}

export type Rating = 'G' | 'PG' | 'PG-13' | 'R' | 'NC-17';

export interface AddressTable {
  address_id: Generated<number>;
  address: string;
  address2: string | null;
  district: string;
  city_id: number;
  postal_code: string | null;
  phone: string;
  last_update: Time;
}

export interface FilmTable {
  film_id: Generated<number>;
  title: string;
  description: string | null;
  release_year: number | null;
  language_id: number;
  original_language_id: number | null;
  /** Days. */
  rental_duration: Generated<number>;
  /** Dollars, read as text such as `4.99`. */
  rental_rate: ColumnType<string, number | string | undefined, number | string>;
  /** Minutes. */
  length: number | null;
  replacement_cost: ColumnType<string, number | string | undefined, number | string>;
  rating: Rating | null;
  last_update: Time;
  special_features: string[] | null;
  fulltext: ColumnType<string, never, never>;
}

export interface StoreTable {
  store_id: Generated<number>;
  manager_staff_id: number;
  address_id: number;
  last_update: Time;
}

export interface StaffTable {
  staff_id: Generated<number>;
  first_name: string;
  last_name: string;
  address_id: number;
  email: string | null;
  store_id: number;
  active: Generated<boolean>;
  username: string;
  password: string | null;
  last_update: Time;
  picture: Uint8Array | null;
}

export interface CustomerTable {
  customer_id: Generated<number>;
  store_id: number;
  first_name: string;
  last_name: string;
  email: string | null;
  address_id: number;
  activebool: Generated<boolean>;
  /** A day, `2025-03-01`. */
  create_date: ColumnType<string, string | undefined, string>;
  last_update: Time;
  active: number | null;
}

export interface RentalTable {
  rental_id: Generated<number>;
  rental_date: ColumnType<Date, Date | string, Date | string>;
  inventory_id: number;
  customer_id: number;
  /** Null while the copy is out. */
  return_date: ColumnType<Date | null, Date | string | null, Date | string | null>;
  staff_id: number;
  last_update: Time;
}

export interface PaymentTable {
  payment_id: Generated<number>;
  customer_id: number;
  staff_id: number;
  rental_id: number;
  /** Dollars, read as text such as `4.99`. */
  amount: ColumnType<string, number | string, number | string>;
  payment_date: ColumnType<Date, Date | string, Date | string>;
}

interface CheckpointTables {
  'baton.checkpoint': CheckpointTable;
  'baton.checkpoint_value': CheckpointValueTable;
  'baton.checkpoint_write': CheckpointWriteTable;
}

/** A saved state: which version each channel had. Thread ids are texts of any form here. */
export interface CheckpointTable {
  thread_id: string;
  checkpoint_ns: string;
  checkpoint_id: string;
  parent_id: string | null;
  /** The order of saving. */
  seq: Generated<number>;
  checkpoint: Jsonb<Record<string, unknown>>;
  metadata: Jsonb<Record<string, unknown>>;
  created_at: Time;
}

/** One version of one channel; never changed. */
export interface CheckpointValueTable {
  thread_id: string;
  checkpoint_ns: string;
  channel: string;
  version: string;
  /** JSON text: the value, or for a version of a chain the items that it adds, without their brackets. */
  data: string;
  /** The version that began the chain. */
  chain: string | null;
  /** The positions of the items in the array, from `chain_start` up to `chain_end`. */
  chain_start: number | null;
  chain_end: number | null;
  /** `[chain, end]` of the chains that this one continues, oldest first. */
  base: Jsonb<[string, number][]> | null;
}

/** What a task handed in on top of a checkpoint. */
export interface CheckpointWriteTable {
  thread_id: string;
  checkpoint_ns: string;
  checkpoint_id: string;
  task_id: string;
  /** The write's place in its task; negative for errors, interrupts and the like. */
  idx: number;
  channel: string;
  /** JSON text. */
  data: string;
  /** The run that handed it in; null where no run did. */
  run_id: string | null;
  /** The write of an earlier run that this one took the place of. */
  replaced: Jsonb<object> | null;
}
