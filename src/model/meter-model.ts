import type { ModelName } from '../config/model-name.ts';
import type { Usage } from '../message.ts';
import { costOf, worstCostOf } from '../usage/cost-of.ts';
import type { HeldCall, Ledger } from '../usage/open-ledger.ts';
import type { CallToMake } from '../usage/reserve-call.ts';
import type { CallEnd } from '../usage/settle-calls.ts';
import type { Attempts, ChatModel, ChatReply, ChatRequest, ServedBy } from './chat-model.ts';
import { boundTokens, countTokens, guessTokens } from './count-tokens.ts';
import { nameOfModel } from './name-of-model.ts';
import type { PriceTable } from './price-table.ts';
import { toldTexts, untoldTokens } from './told-texts.ts';

/** What calls of models are counted with. */
export interface Meter {
  ledger: Ledger;
  prices: PriceTable;
  /** By role, who may answer, the most likely first. */
  chains: Record<string, ModelName[]>;
  /** The most tokens that a reply may have while a budget holds, where the price says nothing else. */
  maxTokens: number;
}

/**
 * A model whose calls are written down, and held to the budgets of whoever they are made for: what a call may cost at the most is
 * held before it is made. An attempt that broke off is a call of its own. Rejects with a `BudgetError` as well.
 */
export function meterModel(chat: ChatModel, meter: Meter): ChatModel {
  return async (request, onText) => {
    request.signal.throwIfAborted();
    const account = openAccount(request, meter);
    await account.begin();
    let heard = 0;
    try {
      const reply = await chat({ ...request, ...account.terms(), attempts: account }, (delta) => {
        heard += delta.length;
        onText(delta);
      });
      await account.end('ok', reply);
      return reply;
    } catch (error) {
      await account.end(request.signal.aborted ? 'cancelled' : 'failed', { usage: partOf(request, heard) });
      throw error;
    }
  };
}

interface Account extends Attempts {
  /** What the model is told beside the request. */
  terms(): Pick<ChatRequest, 'maxTokens'>;
  end(outcome: CallEnd['outcome'], reply: Pick<ChatReply, 'usage' | 'servedBy'>): Promise<void>;
}

/** The calls that are made for one request, one after the other. */
function openAccount(request: ChatRequest, { ledger, prices, chains, maxTokens: usual }: Meter): Account {
  const now = new Date();
  const chain = chains[request.role] ?? [];
  const [first = { provider: 'unknown', model: request.role }] = chain;
  const maxTokens = Math.min(
    request.maxTokens ?? Number.POSITIVE_INFINITY,
    prices(first, now)?.maxOutput ?? usual,
  );
  let held: HeldCall | undefined;
  let budgeted = false;

  function toMake(promptTokens: number): CallToMake {
    const rates = (chain.length > 0 ? chain : [first]).map((name) => prices(name, now)?.rates);
    const worst = rates.map((one) => one && worstCostOf(promptTokens, maxTokens, one));
    const worstCost = highest(worst);
    const own = rates[0];
    return {
      kind: 'chat',
      role: request.role,
      agent: request.agent.name,
      ...first,
      promptTokens,
      worstTokens: promptTokens + maxTokens,
      ...(own && { promptCost: costOf(promptOf(promptTokens), own), priceVersion: own.version }),
      ...(worstCost !== undefined && { worstCost }),
    };
  }

  function tookOf(usage: Usage, { provider, model, key }: ServedBy = first): NonNullable<CallEnd['took']> {
    const rates = prices({ provider, model }, now)?.rates;
    return {
      provider,
      model,
      usage,
      ...(key !== undefined && { key }),
      ...(rates && { cost: costOf(usage, rates), priceVersion: rates.version }),
    };
  }

  return {
    async begin() {
      if (held) return;
      const { bound, closer } = promptTokensOf(request, first);
      held = await ledger.reserve(
        toMake(bound),
        request.signal,
        closer && (async () => toMake(await closer())),
      );
      budgeted = held.budgeted;
    },
    lost({ usage, servedBy }) {
      const lost = held;
      held = undefined;
      if (!lost) return;
      const outcome = request.signal.aborted ? 'cancelled' : 'failed';
      ledger.settleLater(lost, async () => ({ outcome, took: tookOf(await usage(), servedBy) }));
    },
    terms: () => (budgeted ? { maxTokens } : {}),
    async end(outcome, { usage, servedBy }) {
      if (held) await ledger.settle(held, { outcome, took: tookOf(usage, servedBy) });
    },
  };
}

/** No tokenizer makes more of a text than it has bytes; a closer figure takes a tokenizer, and a margin for what it does not know. */
function promptTokensOf(request: ChatRequest, { provider, model }: ModelName) {
  const texts = toldTexts(request);
  const beside = untoldTokens(request);
  if (provider === 'offline') return { bound: guessTokens(texts) + beside };
  const margin = provider === 'openai' && /^(gpt-|o\d|chatgpt-)/.test(model) ? 1.05 : 1.3;
  return {
    bound: boundTokens(texts) + beside,
    closer: async () =>
      Math.ceil((await countTokens(nameOfModel({ provider, model }), texts)) * margin) + beside,
  };
}

/** Of a model that told of no attempt and failed: what it has said by then came of its prompt. */
function partOf(request: ChatRequest, heard: number): Usage {
  const input = heard > 0 ? guessTokens(toldTexts(request)) + untoldTokens(request) : 0;
  const output = Math.ceil(heard / 4);
  return { input_tokens: input, output_tokens: output, total_tokens: input + output, estimated: heard > 0 };
}

function promptOf(tokens: number): Usage {
  return { input_tokens: tokens, output_tokens: 0, total_tokens: tokens };
}

/** Undefined where one of them is: whoever answers may have no price. */
function highest(costs: (bigint | undefined)[]): bigint | undefined {
  let most = 0n;
  for (const cost of costs) {
    if (cost === undefined) return undefined;
    if (cost > most) most = cost;
  }
  return most;
}
