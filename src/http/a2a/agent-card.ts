import { AgentCard } from '@a2a-js/sdk';
import type { FoundAssistant } from '../langgraph/find-assistant.ts';

const modes = ['text/plain', 'application/json'];
const binding = 'JSONRPC';

/** What an assistant is and where to ask it, for agents. */
export function agentCard(
  { graph: loaded, assistantId, metadata }: FoundAssistant,
  asked: string,
): AgentCard {
  const { name, graph, version } = loaded;
  const url = new URL(`/a2a/${assistantId}`, asked).href;
  const description = graph.description || `Asks the agents of the graph ${name}.`;
  const own = metadata.created_by === 'system';
  return {
    name: own ? name : `${name} ${assistantId}`,
    description,
    version,
    supportedInterfaces: ['1.0', '0.3'].map((protocolVersion) => ({
      url,
      protocolBinding: binding,
      tenant: '',
      protocolVersion,
    })),
    provider: undefined,
    capabilities: { streaming: true, pushNotifications: false, extensions: [], extendedAgentCard: false },
    securitySchemes: {},
    securityRequirements: [],
    defaultInputModes: modes,
    defaultOutputModes: modes,
    skills: [
      {
        id: name,
        name,
        description,
        tags: ['graph'],
        examples: [],
        inputModes: modes,
        outputModes: modes,
        securityRequirements: [],
      },
    ],
    signatures: [],
  };
}

/** The card as JSON that clients of 1.0 and of 0.3 read, each its own fields. */
export function wireCard(card: AgentCard): object {
  const [{ url } = { url: '' }] = card.supportedInterfaces;
  const legacy = { url, preferredTransport: binding, protocolVersion: '0.3.0' };
  return { ...legacy, ...(AgentCard.toJSON(card) as object), supportsAuthenticatedExtendedCard: false }; // of an object
}
