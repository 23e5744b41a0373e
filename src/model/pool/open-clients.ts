import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { openGuardedFetch } from '../../outbound/open-guarded-fetch.ts';
import { type Connection, openOpenAiChat } from '../open-ai-chat.ts';
import { openProvider } from '../open-provider.ts';
import type { ModelKey } from './model-key.ts';
import { baseUrlOf } from './provider-urls.ts';
import { openRecentMap } from './recent-map.ts';

/** The clients that keys are used with. So many are kept as were used last. */
export interface Clients {
  chat(key: ModelKey, model: string): Promise<BaseChatModel>;
  /** For OpenAI's protocol. Throws a `TypeError` for a key of a provider that does not speak it. */
  connect(key: ModelKey): Connection;
}

const most = { keys: 200, models: 20 };
/** Vectors of the largest batch fit four times. */
const maxBytes = 64 * 2 ** 20;

export function openClients(): Clients {
  const perKey = openRecentMap<ModelKey, KeyClients>(most.keys);
  const clientsOf = (key: ModelKey) => {
    const clients = perKey.get(key) ?? { connection: connectionOf(key), chats: openRecentMap(most.models) };
    perKey.set(key, clients);
    return clients;
  };
  return {
    async chat(key, model) {
      const { connection, chats } = clientsOf(key);
      const client = chats.get(model) ?? (await openChat(key, model, connection));
      chats.set(model, client);
      return client;
    },
    connect(key) {
      const { connection } = clientsOf(key);
      if (!connection) throw new TypeError(`${key.provider} does not speak OpenAI's protocol`);
      return connection;
    },
  };
}

interface KeyClients {
  connection: Connection | undefined;
  chats: ReturnType<typeof openRecentMap<string, BaseChatModel>>;
}

async function openChat(
  { provider, secret }: ModelKey,
  model: string,
  connection?: Connection,
): Promise<BaseChatModel> {
  return connection ? openOpenAiChat(model, connection) : openProvider({ provider, model }, secret);
}

/** A base URL that a tenant chose, or an operator over the API, leads to public addresses and to those that are permitted. */
function connectionOf(key: ModelKey): Connection | undefined {
  const { secret, allow } = key;
  const baseUrl = baseUrlOf(key);
  if (key.source === 'package' || baseUrl === undefined) return undefined;
  const guarded = key.baseUrl !== undefined && allow !== undefined;
  return {
    baseUrl,
    ...(secret !== undefined && { apiKey: secret }),
    ...(guarded && { fetch: openGuardedFetch({ allow, maxBytes }) }),
  };
}
