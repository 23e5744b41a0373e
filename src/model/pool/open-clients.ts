import { loadUndici } from '../../outbound/load-undici.ts';
import { openGuardedFetch } from '../../outbound/open-guarded-fetch.ts';
import { openPost, type Post } from '../../outbound/open-post.ts';
import type { ChatClient } from '../chat-client.ts';
import type { ClientSection } from '../client-section.ts';
import type { Connection } from '../connection.ts';
import { openLangChainClient } from '../langchain-client.ts';
import { canBeLean } from '../lean/can-be-lean.ts';
import { openProvider } from '../open-provider.ts';
import type { ModelKey } from './model-key.ts';
import { baseUrlOf } from './provider-urls.ts';
import { openRecentMap } from './recent-map.ts';

/** The clients that keys are used with. So many are kept as were used last. */
export interface Clients {
  chat(key: ModelKey, model: string): Promise<ChatClient>;
  /** For OpenAI's protocol. Throws a `TypeError` for a key of a provider that does not speak it. */
  connect(key: ModelKey): Connection;
  /** Loads the client that the first request needs. */
  loadAhead(): Promise<void>;
}

const most = { keys: 200, models: 20 };
/** Vectors of the largest batch fit four times. */
const maxBytes = 64 * 2 ** 20;

/** `client`: who speaks OpenAI's protocol, where both can. */
export function openClients(client: ClientSection = 'lean'): Clients {
  const perKey = openRecentMap<ModelKey, KeyClients>(most.keys);
  const clientsOf = (key: ModelKey) => {
    const clients = perKey.get(key) ?? { ...linesOf(key), chats: openRecentMap(most.models) };
    perKey.set(key, clients);
    return clients;
  };
  return {
    async chat(key, model) {
      const { chats, ...lines } = clientsOf(key);
      const known = chats.get(model);
      if (known) return known;
      const opened = await openChat(key, model, lines, client);
      chats.set(model, opened);
      return opened;
    },
    connect(key) {
      const { connection } = clientsOf(key);
      if (!connection) throw new TypeError(`${key.provider} does not speak OpenAI's protocol`);
      return connection;
    },
    async loadAhead() {
      if (client === 'langchain') await import('../open-ai-chat.ts');
      else await Promise.all([import('../lean/open-lean-client.ts'), loadUndici()]);
    },
  };
}

interface KeyClients extends Lines {
  chats: ReturnType<typeof openRecentMap<string, ChatClient>>;
}

/** How OpenAI's protocol is spoken with a key; nothing where its provider does not speak it. */
interface Lines {
  connection?: Connection;
  post?: Post;
}

async function openChat(
  { provider, secret }: ModelKey,
  model: string,
  { connection, post }: Lines,
  client: ClientSection,
): Promise<ChatClient> {
  if (!connection) return openLangChainClient(await openProvider({ provider, model }, secret));
  const openGeneral = async () => {
    const { openOpenAiChat } = await import('../open-ai-chat.ts'); // three hundred modules
    return openLangChainClient(openOpenAiChat(model, connection));
  };
  if (client === 'langchain' || !post || !canBeLean(connection)) return openGeneral();
  const { openLeanClient } = await import('../lean/open-lean-client.ts');
  let general: ReturnType<typeof openGeneral> | undefined;
  return openLeanClient(model, connection, {
    post,
    openGeneral() {
      general ??= openGeneral();
      return general;
    },
  });
}

/** A base URL that a tenant chose, or an operator over the API, leads to public addresses and to those that are permitted. */
function linesOf(key: ModelKey): Lines {
  const { secret, allow } = key;
  const baseUrl = baseUrlOf(key);
  if (key.source === 'package' || baseUrl === undefined) return {};
  const guard = key.baseUrl !== undefined && allow !== undefined ? { allow, maxBytes } : undefined;
  const connection = {
    baseUrl,
    ...(secret !== undefined && { apiKey: secret }),
    ...(guard && { fetch: openGuardedFetch(guard) }),
  };
  return { connection, post: openPost(guard) };
}
