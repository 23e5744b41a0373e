import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { inTenant } from '../tenancy.ts';
import type { SpentBudget } from './budget-error.ts';
import type { Payer } from './payer.ts';

/** A model call that is about to be made. Money is nano-dollars. */
export interface CallToMake {
  kind: 'chat' | 'embed';
  role: string;
  agent?: string;
  provider: string;
  model: string;
  /** What its prompt has, and costs: that much is written down for it when nobody says what became of it. */
  promptTokens: number;
  promptCost?: bigint;
  priceVersion?: string;
  /** The most that it can take, prompt and reply together. Without a cost: the model has no price. */
  worstTokens: number;
  worstCost?: bigint;
}

/** `held`: how many budgets apply. `short`: the one that has not as much left as the call may `take`, and nothing was written. */
export type Reservation = { held: number; short?: undefined } | { short: SpentBudget; take: number | null };

/** Writes a call down and holds what it may cost, in one statement: of every budget that applies, or of none. */
export async function reserveCall(
  db: Kysely<Schema>,
  payer: Payer,
  callId: string,
  call: CallToMake,
  holdSeconds: number,
): Promise<Reservation> {
  const row = callRow(payer, callId, call);
  const worst = call.worstCost?.toString() ?? null;
  const { rows } = await inTenant(payer.tenant, () =>
    sql<{ reserved: Answer }>`select baton.reserve_model_call(
      ${JSON.stringify(row)}::jsonb, ${worst}::bigint, ${call.worstTokens}::bigint, ${holdSeconds}::integer) as reserved`.execute(
      db,
    ),
  );
  const answer = rows[0]?.reserved;
  if (!answer) throw new Error('The database did not say whether a call may be made.');
  if ('held' in answer) return answer;
  const { take, ...short } = answer;
  return { short, take };
}

type Answer = { held: number } | (SpentBudget & { take: number | null });

/** A call that is about to be made as the columns of the ledger have it, and whether it is exempt from budgets. */
export function callRow(payer: Payer, callId: string, call: CallToMake) {
  return {
    call_id: callId,
    exempt: payer.exempt,
    user_id: payer.userId,
    api_key_id: payer.apiKeyId,
    thread_id: payer.threadId,
    run_id: payer.runId,
    graph: payer.graph,
    kind: call.kind,
    role: call.role,
    agent: call.agent,
    provider: call.provider,
    model: call.model,
    input_tokens: call.promptTokens,
    cost_nano: call.promptCost?.toString(),
    price_version: call.priceVersion,
  };
}
