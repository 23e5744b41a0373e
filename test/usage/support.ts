import type { Kysely } from 'kysely';
import type { Schema } from '../../src/db/schema.ts';
import { openLog } from '../../src/log.ts';
import { openMetrics } from '../../src/metrics/open-metrics.ts';
import { asService } from '../../src/tenancy.ts';
import { listBudgets } from '../../src/usage/budgets.ts';
import { type Ledger, type LedgerOptions, openLedger } from '../../src/usage/open-ledger.ts';
import type { CallToMake } from '../../src/usage/reserve-call.ts';
import type { CallEnd } from '../../src/usage/settle-calls.ts';

export const { signal } = new AbortController();

/** A call that takes 100 nano-dollars and 110 tokens at the worst. */
export function aCall(part: Partial<CallToMake> = {}): CallToMake {
  return {
    kind: 'chat',
    role: 'fast',
    agent: 'clerk',
    provider: 'openai',
    model: 'gpt-test',
    promptTokens: 10,
    promptCost: 10n,
    priceVersion: 'v1',
    worstTokens: 110,
    worstCost: 100n,
    ...part,
  };
}

/** A call that is over, and took so much. */
export function took(
  cost: bigint,
  tokens = 20,
  outcome: CallEnd['outcome'] = 'ok',
): Pick<CallEnd, 'outcome' | 'took'> {
  const usage = { input_tokens: 10, output_tokens: tokens - 10, total_tokens: tokens };
  return { outcome, took: { provider: 'openai', model: 'gpt-test', usage, cost, priceVersion: 'v1' } };
}

export function ledgerOn(db: Kysely<Schema>, options: Partial<LedgerOptions> = {}): Ledger {
  return openLedger({
    db,
    log: openLog('silent', false),
    metrics: openMetrics(),
    holdSeconds: 60,
    waitMs: 0,
    ...options,
  });
}

export async function makeTenant(db: Kysely<Schema>, tenant_id: string): Promise<string> {
  await asService(() => db.insertInto('baton.tenant').values({ tenant_id, name: tenant_id }).execute());
  return tenant_id;
}

/** Spent and reserved of each budget, by scope. */
export async function standOf(
  db: Kysely<Schema>,
): Promise<Record<string, { who: string; spent: number; reserved: number }[]>> {
  return Object.fromEntries((await listBudgets(db)).map(({ scope, uses }) => [scope, uses]));
}
