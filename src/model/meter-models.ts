import type { Config } from '../config.ts';
import type { Ledger } from '../usage/open-ledger.ts';
import { meterEmbedder } from './meter-embedder.ts';
import { meterModel } from './meter-model.ts';
import type { Models } from './open-models.ts';
import type { PricesSection } from './price-schema.ts';
import { openPriceTable } from './price-table.ts';

/** The same models, whose calls are written down and held to budgets. `prices` is the section of the project's `models.yaml`. */
export function meterModels(
  models: Models,
  ledger: Ledger,
  { maxTokens, embed }: Config['models'],
  prices: PricesSection,
): Models {
  const meter = { ledger, prices: openPriceTable(prices), chains: models.chains, maxTokens };
  return {
    ...models,
    chat: meterModel(models.chat, meter),
    embedder: meterEmbedder(models.embedder, embed, meter),
  };
}

/** How long a call of a model may take with all its attempts, in seconds. */
export function longestCall({ timeoutMs, retries }: Config['models']): number {
  const attempt = timeoutMs * 4; // see `withTimeout`
  const pause = 30_000; // see `withRetries`
  return Math.ceil(((attempt + pause) * (retries + 1)) / 1_000) + 60;
}
