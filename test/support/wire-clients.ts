import type { ChatClient } from '../../src/model/chat-client.ts';
import type { Connection } from '../../src/model/connection.ts';
import { openLangChainClient } from '../../src/model/langchain-client.ts';
import { openLeanClient } from '../../src/model/lean/open-lean-client.ts';
import { openOpenAiChat } from '../../src/model/open-ai-chat.ts';
import { openPost } from '../../src/outbound/open-post.ts';

/** The clients for OpenAI's wire, by name. What is true of one is true of the other. */
export const wireClients: Record<
  'langchain' | 'lean',
  (model: string, connection: Connection) => ChatClient
> = {
  langchain: openGeneral,
  lean: (model, connection) =>
    openLeanClient(model, connection, {
      post: openPost(),
      openGeneral: async () => openGeneral(model, connection),
    }),
};

/** For `describe.each`. */
export const wireClientNames = ['langchain', 'lean'] as const;

function openGeneral(model: string, connection: Connection) {
  return openLangChainClient(openOpenAiChat(model, connection));
}
