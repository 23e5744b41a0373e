import type { ModelName } from '../config/model-name.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';
import { currentWork } from '../tenancy.ts';
import type { ChatModel } from './chat-model.ts';
import type { Embedder } from './embedder.ts';
import { createLocalEmbedder } from './local-embedder.ts';
import { nameOfModel } from './name-of-model.ts';
import { createOfflineModel } from './offline/create-offline-model.ts';
import { createOpenAiEmbedder } from './openai-embedder.ts';
import type { KeyPool, KeyWay, Need } from './pool/key-pool.ts';
import type { Clients } from './pool/open-clients.ts';
import type { StoredKeys } from './pool/stored-keys.ts';
import { createProviderChatModel } from './provider-chat-model.ts';
import type { Clock, RetryPolicy, Ways } from './with-retries.ts';

/** The keys that models are asked with. */
export interface ModelKeys {
  pool: KeyPool;
  clients: Clients;
  /** Absent where there is no database. */
  stored?: StoredKeys;
}

/** What every model is opened with. */
export interface Parties {
  config: Pick<Config['models'], 'timeoutMs' | 'retries'>;
  keys: ModelKeys;
  log: Logger;
  clock: Clock;
}

/** How long a request waits for a key: another model is asked rather than waited for. */
const patience = { lastMs: 30_000, hurriedMs: 2_000 };

/** A model that chats. `hurried`: another one is asked when this one gives no reply. */
export function openChatModel(name: ModelName, parties: Parties, hurried: boolean): ChatModel {
  if (name.provider === 'offline') return createOfflineModel(createLocalEmbedder());
  const { pool, clients } = parties.keys;
  const options = { ...policyOf(name, parties, hurried), takesNames: name.provider === 'openai' };
  return createProviderChatModel(async ({ system, messages, tools }) => {
    const tokens = () => roughTokens([system, JSON.stringify(messages), JSON.stringify(tools)]);
    const ways = await pool.waysTo(needOf(name, tokens, hurried));
    return along(ways, (way) => ({
      ...way,
      servedBy: { ...name, key: way.key.id },
      open: () => clients.chat(way.key, name.model),
    }));
  }, options);
}

/** A model that embeds. */
export function openEmbedder(name: ModelName, parties: Parties): Embedder {
  if (name.provider === 'local') return createLocalEmbedder();
  const { pool, clients } = parties.keys;
  const findWays = async (texts: string[]) => {
    const ways = await pool.waysTo(needOf(name, () => roughTokens(texts), false));
    return along(ways, (way) => ({
      ...way,
      servedBy: { ...name, key: way.key.id },
      connect: () => clients.connect(way.key),
    }));
  };
  return createOpenAiEmbedder(name.model, findWays, policyOf(name, parties, false));
}

/** The same ways, each with what it leads to. */
function along<Led extends KeyWay>(ways: Ways<KeyWay>, lead: (way: KeyWay) => Led): Ways<Led> {
  return { next: async (signal) => lead(await ways.next(signal)), after: () => ways.after() };
}

/** On behalf of whom the code runs that asks. */
function needOf(name: ModelName, tokens: () => number, hurried: boolean): Need {
  const work = currentWork();
  const tenant = typeof work === 'object' ? work.tenant : null;
  const patienceMs = hurried ? patience.hurriedMs : patience.lastMs;
  return { ...name, name: nameOfModel(name), tenant, tokens, patienceMs };
}

/** Good enough to keep a limit that the provider counts for itself: about four characters a token. */
function roughTokens(texts: string[]): number {
  return Math.ceil(texts.reduce((sum, text) => sum + text.length, 0) / 4);
}

function policyOf(name: ModelName, { config, log, clock }: Parties, hurried: boolean): RetryPolicy {
  const { timeoutMs, retries } = config;
  return {
    name: nameOfModel(name),
    timeoutMs,
    retries,
    hurried,
    clock,
    onRetry: (error, waitMs) =>
      log.warn({ model: nameOfModel(name), reason: error.reason, waitMs }, `${error.message} Trying again.`),
  };
}
