import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { inTenant } from '../tenancy.ts';
import { type CallEnd, endRow } from './settle-calls.ts';

/** A call that no budget applies to, as the ledger has it; with its end, where it is over by the time that it is written. */
export interface BegunCall {
  row: { call_id: string } & object;
  /** Milliseconds since 1970. */
  startedAt: number;
  end?: CallEnd;
}

/**
 * Writes calls of a tenant down that nothing is held for, in one statement. Those that are there already stay as they are. Returns the ids
 * of the others.
 */
export async function insertCalls(
  db: Kysely<Schema>,
  tenant: string,
  calls: BegunCall[],
  holdSeconds: number,
): Promise<Set<string>> {
  const { rows } = await inTenant(tenant, () => insertion(calls, holdSeconds).execute(db));
  return new Set(rows.map(({ call_id }) => call_id));
}

/** The same as a statement, for the calls' tenant to ask. */
export function insertion(calls: BegunCall[], holdSeconds: number): RawBuilder<{ call_id: string }> {
  const now = Date.now();
  const rows = calls.map(({ row, startedAt, end }) => ({
    ...row,
    ...(end && withoutAbsent(endRow(end))),
    age: Math.max(0, now - startedAt) / 1_000,
  }));
  return sql<{ call_id: string }>`insert into baton.model_call
    (call_id, kind, user_id, api_key_id, thread_id, run_id, graph, agent, role, provider, model, model_key, input_tokens,
      cached_input_tokens, cache_write_tokens, audio_input_tokens, output_tokens, reasoning_tokens, audio_output_tokens, estimated,
      cost_nano, price_version, outcome, milliseconds, started_at, expires_at)
    select c.call_id, c.kind, c.user_id, c.api_key_id, c.thread_id, c.run_id, c.graph, c.agent, c.role, c.provider, c.model, c.model_key,
      coalesce(c.input_tokens, 0), coalesce(c.cached_input_tokens, 0), coalesce(c.cache_write_tokens, 0),
      coalesce(c.audio_input_tokens, 0), coalesce(c.output_tokens, 0), coalesce(c.reasoning_tokens, 0),
      coalesce(c.audio_output_tokens, 0), coalesce(c.estimated, true), c.cost_nano, c.price_version,
      coalesce(c.outcome, 'pending'), c.milliseconds, now() - make_interval(secs => c.age),
      now() - make_interval(secs => c.age) + make_interval(secs => ${holdSeconds}::integer)
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as c(call_id uuid, kind text, user_id text, api_key_id text,
      thread_id text, run_id text, graph text, agent text, role text, provider text, model text, model_key text, input_tokens bigint,
      cached_input_tokens bigint, cache_write_tokens bigint, audio_input_tokens bigint, output_tokens bigint,
      reasoning_tokens bigint, audio_output_tokens bigint, estimated boolean, cost_nano bigint, price_version text, outcome text,
      milliseconds integer, age double precision)
    on conflict do nothing returning call_id`;
}

/** What an end that counts nothing does not say stays as it was written for the call. */
function withoutAbsent(end: Record<string, unknown>): Record<string, unknown> {
  const priced = end.input_tokens === undefined ? {} : { cost_nano: null, price_version: null };
  return { ...priced, ...Object.fromEntries(Object.entries(end).filter(([, value]) => value !== undefined)) };
}
