import type { ColumnType, Generated } from 'kysely';
import type { Time } from './column-types.ts';

/** What models cost, and what may be spent: nano-dollars, and tokens. */
export interface UsageTables {
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
