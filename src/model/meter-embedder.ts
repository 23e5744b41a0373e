import type { ModelName } from '../config/model-name.ts';
import type { Usage } from '../message.ts';
import { costOf, worstCostOf } from '../usage/cost-of.ts';
import type { CallToMake } from '../usage/reserve-call.ts';
import { boundTokens, countTokens } from './count-tokens.ts';
import type { Embedder, EmbeddingUsage } from './embedder.ts';
import type { Meter } from './meter-model.ts';
import { nameOfModel } from './name-of-model.ts';

/**
 * An embedder whose calls are written down and held to budgets, as those of chat models are. The local one, which asks nobody,
 * is left alone unless it has a price.
 */
export function meterEmbedder(
  embedder: Embedder,
  name: ModelName,
  { ledger, prices }: Pick<Meter, 'ledger' | 'prices'>,
): Embedder {
  if (name.provider === 'local' && !prices(name, new Date())?.rates.input) return embedder;
  return {
    model: embedder.model,
    get dimensions() {
      return embedder.dimensions;
    },
    async embed(texts, signal = new AbortController().signal, onUsage = () => undefined) {
      signal.throwIfAborted();
      if (texts.length === 0) return embedder.embed(texts, signal, onUsage);
      const told: EmbeddingUsage[] = [];
      const held = await ledger.reserve(toMake(boundTokens(texts) + texts.length), signal, async () =>
        toMake((await count(texts)) + texts.length),
      );
      const hear = (usage: EmbeddingUsage) => {
        told.push(usage);
        onUsage(usage);
      };
      try {
        const vectors = await embedder.embed(texts, signal, hear);
        await ledger.settle(held, {
          outcome: 'ok',
          took: tookOf(told.length > 0 ? sumOf(told) : await guess(texts), told),
        });
        return vectors;
      } catch (error) {
        await ledger.settle(held, {
          outcome: signal.aborted ? 'cancelled' : 'failed',
          took: tookOf(sumOf(told), told),
        });
        throw error;
      }
    },
  };

  function toMake(tokens: number): CallToMake {
    const rates = prices(name, new Date())?.rates;
    const cost = rates && worstCostOf(tokens, 0, rates);
    return {
      kind: 'embed',
      role: 'embed',
      ...name,
      promptTokens: tokens,
      worstTokens: tokens,
      ...(rates && cost !== undefined && { promptCost: cost, worstCost: cost, priceVersion: rates.version }),
    };
  }

  function tookOf(usage: Usage, told: EmbeddingUsage[]) {
    const { provider, model, key } = told.at(-1)?.servedBy ?? { ...name, key: undefined };
    const rates = prices({ provider, model }, new Date())?.rates;
    return {
      provider,
      model,
      usage,
      ...(key !== undefined && { key }),
      ...(rates && { cost: costOf(usage, rates), priceVersion: rates.version }),
    };
  }

  function count(texts: string[]): Promise<number> {
    return countTokens(nameOfModel(name), texts);
  }

  async function guess(texts: string[]): Promise<Usage> {
    return { ...usageOf(await count(texts)), estimated: true };
  }
}

function sumOf(told: EmbeddingUsage[]): Usage {
  return usageOf(told.reduce((sum, { tokens }) => sum + tokens, 0));
}

function usageOf(tokens: number): Usage {
  return { input_tokens: tokens, output_tokens: 0, total_tokens: tokens };
}
