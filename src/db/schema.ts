import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { JsonObject } from '../message.ts';
import type { Role } from '../tenancy.ts';

/** Written as a JSON text, read as data. */
type Jsonb<T extends object | null> = JSONColumnType<T, string, string>;
type Time = ColumnType<Date, Date | string | undefined, Date | string>;

/** Every table, by its qualified name. */
export interface Schema
  extends BatonTables,
    ModelKeyTables,
    AssistantTables,
    CronTables,
    FilmsTables,
    CheckpointTables,
    StoreTables,
    UserTables,
    AuditTables,
    KeyTables,
    LimitTables,
    UsageTables {}

interface BatonTables {
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

export interface EventTable {
  tenant_id: Generated<string>;
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
  tenant_id: Generated<string>;
  assistant_id: string;
  /** The current one: a row of `baton.assistant_version`. */
  version: number;
  created_at: Time;
  updated_at: Time;
}

/** What an assistant was with each change; never changed. */
export interface AssistantVersionTable {
  tenant_id: Generated<string>;
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

interface UserTables {
  'baton.user': UserTable;
  'baton.session': SessionTable;
  'baton.refresh_token': RefreshTokenTable;
  'baton.mail_token': MailTokenTable;
  'baton.attempt': AttemptTable;
}

export interface UserTable {
  tenant_id: Generated<string>;
  user_id: string;
  /** In lower case. */
  email: string;
  name: string;
  role: Role;
  /** The graphs that it may use; null: all. */
  graphs: string[] | null;
  status: 'invited' | 'active' | 'disabled';
  /** By argon2id, or by bcrypt where it came from elsewhere. */
  password_hash: string | null;
  last_login_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
  created_at: Time;
  updated_at: Time;
}

export interface SessionTable {
  tenant_id: Generated<string>;
  session_id: string;
  user_id: string;
  /** Of its cookie; null: it goes on by refresh tokens. */
  secret_hash: string | null;
  /** Where it began. */
  address: string | null;
  agent: string | null;
  used_at: Time;
  /** Moves along when it is used, up to `ends_at`. */
  expires_at: ColumnType<Date, Date, Date>;
  ends_at: ColumnType<Date, Date, never>;
  created_at: Time;
}

/** The tokens that a session went on by, the newest of them not used yet. */
export interface RefreshTokenTable {
  tenant_id: Generated<string>;
  token_hash: string;
  session_id: string;
  used_at: ColumnType<Date | null, never, Date>;
  created_at: Time;
}

/** What was sent by mail; goes when it is used. */
export interface MailTokenTable {
  tenant_id: Generated<string>;
  token_hash: string;
  user_id: string;
  purpose: 'reset' | 'invitation';
  expires_at: ColumnType<Date, Date, never>;
  created_at: Time;
}

/** Log-ins and the like that were tried; for the service alone. */
export interface AttemptTable {
  key: string;
  count: number;
  /** No attempt before. */
  allowed_at: ColumnType<Date, Date, Date>;
  forget_at: ColumnType<Date, Date, Date>;
}

interface ModelKeyTables {
  'baton.model_key': ModelKeyTable;
  'baton.model_pool': ModelPoolTable;
}

/** Keys of model providers. */
export interface ModelKeyTable {
  /** Null: the service's own. */
  tenant_id: ColumnType<string | null, string | null | undefined, never>;
  key_id: ColumnType<string, string, never>;
  name: string;
  provider: ColumnType<string, string, never>;
  base_url: ColumnType<string | null, string | null, never>;
  /** Which it serves; empty: all. */
  models: string[];
  weight: number;
  max_concurrency: number | null;
  requests_per_minute: number | null;
  tokens_per_minute: number | null;
  disabled: Generated<boolean>;
  /** Of the secret, to tell it by; empty where the secret is short. */
  last_four: string;
  /** The secret: see `seal`. Tenants' work cannot read it. */
  sealed: string;
  created_at: Time;
  updated_at: Time;
}

/** Whether a tenant that has keys of its own uses the service's too. */
export interface ModelPoolTable {
  tenant_id: Generated<string>;
  shared: Generated<boolean>;
}

interface StoreTables {
  'baton.store_item': StoreItemTable;
  'baton.store_vector': StoreVectorTable;
}

/** What is remembered beyond threads. */
export interface StoreItemTable {
  tenant_id: Generated<string>;
  item_id: Generated<number>;
  namespace: string[];
  /** The labels of the namespace, each with a dot behind it. */
  place: ColumnType<string, never, never>;
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
  tenant_id: Generated<string>;
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
  tenant_id: Generated<string>;
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
  tenant_id: Generated<string>;
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
  tenant_id: Generated<string>;
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

interface AuditTables {
  'baton.audit': AuditTable;
  'baton.audit_head': AuditHeadTable;
}

/** Who did what to what: see `migrations/0016-audit.ts`. Added and read, never changed. */
export interface AuditTable {
  /** `-` stands for no tenant. */
  tenant_id: Generated<string>;
  /** Counts up from 1 in a tenant, without gaps; the database sets it. */
  seq: ColumnType<number, never, never>;
  at: ColumnType<Date, Date, never>;
  actor_kind: string;
  actor_id: string | null;
  actor_name: string | null;
  actor_role: string | null;
  /** The actor's own, where it is another than the row's. */
  actor_tenant: string | null;
  address: string | null;
  request_id: string | null;
  /** Noun and verb: `key-create`. */
  action: string;
  target_type: string | null;
  target_id: string | null;
  outcome: 'ok' | 'refused' | 'failed';
  details: JSONColumnType<JsonObject, string, never>;
  /** Of the key that the digest was made with; null: it was made without. */
  key_id: string | null;
  prev_hash: ColumnType<string, never, never>;
  /** Handed in: the digest of the row. Kept: the hash that links it to the row before. */
  hash: string;
}

/** Where a tenant's chain ends, and where it begins: the last row that was taken away. */
export interface AuditHeadTable {
  tenant_id: string;
  seq: ColumnType<number, never, never>;
  hash: ColumnType<string, never, never>;
  anchor_seq: ColumnType<number, never, never>;
  anchor_hash: ColumnType<string, never, never>;
  anchor_key_id: ColumnType<string | null, never, never>;
  anchor_seal: ColumnType<string | null, never, never>;
}

interface KeyTables {
  'baton.api_key': ApiKeyTable;
  'baton.revoked_token': RevokedTokenTable;
}

/** API keys. The secret itself is nowhere. */
export interface ApiKeyTable {
  tenant_id: Generated<string>;
  key_id: string;
  name: string;
  role: 'viewer' | 'member' | 'engineer' | 'admin';
  /** Null: all that the role has. */
  scopes: string[] | null;
  /** Null: all. */
  graphs: string[] | null;
  operator: Generated<boolean>;
  /** SHA-256, hex. */
  secret_hash: string;
  /** Of the secret before the last rotation, and until when it is good. */
  previous_hash: ColumnType<string | null, never, string | null>;
  previous_expires_at: ColumnType<Date | null, never, Date | null>;
  expires_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
  /** To the minute. */
  last_used_at: ColumnType<Date | null, never, Date | null>;
  revoked_at: ColumnType<Date | null, never, Date | null>;
  rotated_at: ColumnType<Date | null, never, Date | null>;
  created_by: string;
  created_at: Time;
}

/** Tokens that were taken back before they ran out. */
export interface RevokedTokenTable {
  tenant_id: Generated<string>;
  token_id: string;
  expires_at: Time;
  revoked_by: string;
  revoked_at: Time;
}

interface LimitTables {
  'baton.limit_count': LimitCountTable;
  'baton.limit_override': LimitOverrideTable;
}

/** What was counted against limits: see `migrations/0013-limits.ts`. The service's alone. */
export interface LimitCountTable {
  key: string;
  slice: Generated<number>;
  counts: Generated<number[]>;
  expires_at: Generated<Date>;
}

/** Limits that a tenant, or one of its keys, has of its own. */
export interface LimitOverrideTable {
  tenant_id: Generated<string>;
  /** Empty: all of the tenant. */
  key_id: string;
  rule: string;
  /** Null: no limit. */
  quota: number | null;
  /** Null: so many at once. */
  window_ms: number | null;
  created_at: Time;
}

/** What models cost, and what may be spent: nano-dollars, and tokens. */
interface UsageTables {
  'baton.model_call': ModelCallTable;
  'baton.budget': BudgetTable;
  'baton.budget_use': BudgetUseTable;
  'baton.budget_alert': BudgetAlertTable;
}

/** The ledger: a row a call, written before it is made. Changed by `reserve_model_call` and `settle_model_calls` alone. */
export interface ModelCallTable {
  tenant_id: Generated<string>;
  call_id: string;
  kind: 'chat' | 'embed';
  user_id: string | null;
  /** Of who asked. */
  api_key_id: string | null;
  thread_id: string | null;
  run_id: string | null;
  graph: string | null;
  agent: string | null;
  role: string;
  provider: string;
  model: string;
  /** The provider's key that served it, by its id. */
  model_key: string | null;
  input_tokens: Generated<number>;
  /** Parts of the input. */
  cached_input_tokens: Generated<number>;
  cache_write_tokens: Generated<number>;
  audio_input_tokens: Generated<number>;
  output_tokens: Generated<number>;
  /** Parts of the output. */
  reasoning_tokens: Generated<number>;
  audio_output_tokens: Generated<number>;
  estimated: Generated<boolean>;
  /** Null: the model has no price. */
  cost_nano: number | null;
  price_version: string | null;
  /** `lost`: its process was gone before it said what became of it; its figures are its prompt's. */
  outcome: Generated<'pending' | 'ok' | 'failed' | 'cancelled' | 'lost'>;
  /** What it holds of budgets until it is over. */
  holds: ColumnType<object[] | null, string | null, string | null>;
  started_at: Time;
  expires_at: ColumnType<Date, Date, Date>;
  milliseconds: number | null;
}

export interface BudgetTable {
  tenant_id: Generated<string>;
  budget_id: Generated<string>;
  scope: 'tenant' | 'user' | 'graph' | 'run';
  /** A user, or a graph whose runs it is about; `*`: each by itself. */
  subject: string;
  period: 'day' | 'month' | 'total';
  unit: 'usd' | 'tokens';
  /** Nano-dollars, or tokens. */
  most: number;
  /** In percent. */
  alerts: ColumnType<number[], number[] | undefined, number[]>;
  /** Who is told of alerts. */
  webhook: string | null;
  created_at: Time;
  updated_at: Time;
}

export interface BudgetUseTable {
  tenant_id: Generated<string>;
  budget_id: string;
  /** The user, graph or run; empty for the tenant. */
  who: string;
  /** The first day of the period, in UTC. */
  begins: string;
  spent: Generated<number>;
  reserved: Generated<number>;
  /** The least that a call of a chat model has held. */
  smallest: number | null;
  touched_at: Time;
}

export interface BudgetAlertTable {
  tenant_id: Generated<string>;
  alert_id: Generated<string>;
  budget_id: string;
  who: string;
  begins: string;
  /** In percent. */
  threshold: number;
  spent: number;
  most: number;
  created_at: Time;
  /** When it was handed to who sends it. */
  told_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
}
