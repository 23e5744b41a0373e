import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { BudgetAlertTable } from '../db/tables/usage-tables.ts';
import type { Usage } from '../message.ts';
import { inTenant } from '../tenancy.ts';

/** What became of a call. */
export interface CallEnd {
  callId: string;
  outcome: 'ok' | 'failed' | 'cancelled' | 'lost';
  /** Absent: what was written down for it stays. */
  took?: {
    provider: string;
    model: string;
    key?: string;
    usage: Usage;
    /** Nano-dollars; absent: the model has no price. */
    cost?: bigint;
    priceVersion?: string;
  };
  milliseconds?: number;
}

export type Alert = Selectable<BudgetAlertTable>;

/**
 * Puts what calls of a tenant took in the place of what they hold of its budgets, in one statement. Telling the same end twice
 * changes nothing. Returns the thresholds that were passed for the first time.
 */
export async function settleCalls(db: Kysely<Schema>, tenant: string, ends: CallEnd[]): Promise<Alert[]> {
  const { rows } = await inTenant(tenant, () => sql<Alert>`select * from ${settlement(ends)}`.execute(db));
  return rows;
}

/** The same as what a statement selects from, for the calls' tenant to ask. */
export function settlement(ends: CallEnd[]): RawBuilder<Alert> {
  return sql<Alert>`baton.settle_model_calls(${JSON.stringify(ends.map(endRow))}::jsonb)`;
}

/** An end as the columns of the ledger have it; what it does not say is undefined. */
export function endRow({ callId, outcome, took, milliseconds }: CallEnd): Record<string, unknown> {
  const ended = { call_id: callId, outcome, milliseconds };
  if (!took) return ended;
  const { provider, model, key, usage, cost, priceVersion } = took;
  const { input_token_details: read = {}, output_token_details: said = {} } = usage;
  return {
    ...ended,
    provider,
    model,
    model_key: key,
    input_tokens: usage.input_tokens,
    cached_input_tokens: read.cache_read,
    cache_write_tokens: read.cache_creation,
    audio_input_tokens: read.audio,
    output_tokens: usage.output_tokens,
    reasoning_tokens: said.reasoning,
    audio_output_tokens: said.audio,
    estimated: usage.estimated ?? false,
    cost_nano: cost?.toString(),
    price_version: priceVersion,
  };
}
