import { citationsOf } from '../../../handoff/citations/citation.ts';
import type { StateUpdate } from '../../../handoff/state.ts';
import type { Content, JsonObject, Message } from '../../../message.ts';
import { citedBlock } from './content-blocks.ts';

const written = new WeakMap<Message, JsonObject>();

/** A state, or what a step added to it, as the thread protocol shows it: the messages and who speaks. */
export function protocolValues({ messages, agent }: StateUpdate): object {
  return {
    ...(messages && { messages: messages.map(protocolMessage) }),
    ...(agent !== undefined && { agent }),
  };
}

/** A message with the fields that the thread protocol knows, and no others. Messages never change, so each is written once. */
export function protocolMessage(message: Message): JsonObject {
  const known = written.get(message) ?? write(message);
  written.set(message, known);
  return known;
}

function write(message: Message): JsonObject {
  const { type, id } = message;
  const common = { type, id, content: blocks(message.content) };
  switch (message.type) {
    case 'ai': {
      const { name, tool_calls, invalid_tool_calls = [], response_metadata = {} } = message;
      const isCited = citationsOf(message).length > 0;
      return {
        ...common,
        ...(isCited && { content: [citedBlock(message)] }),
        name,
        ...(Object.keys(response_metadata).length > 0 && { response_metadata }),
        tool_calls: tool_calls.map((call) => ({
          id: call.id,
          name: call.name,
          args: call.args,
          type: 'tool_call',
        })),
        invalid_tool_calls: invalid_tool_calls.map((call) => ({ ...call, type: 'invalid_tool_call' })),
      };
    }
    case 'tool': {
      const { name, tool_call_id, status, artifact } = message;
      return { ...common, name, tool_call_id, status, ...(artifact !== undefined && { artifact }) };
    }
    case 'human':
      return { ...common, ...(message.name !== undefined && { name: message.name }) };
    case 'system':
      return common;
  }
}

const standard = new Set(['text', 'reasoning', 'image', 'audio', 'video', 'file', 'non_standard']);

/** Parts of a kind that the protocol does not know are told as `non_standard`. */
function blocks(content: Content): string | JsonObject[] {
  if (typeof content === 'string') return content;
  return content.map((part) => {
    const block: JsonObject = { ...part };
    if (standard.has(part.type)) return block;
    const url = imageUrl(block);
    return url === undefined ? { type: 'non_standard', value: block } : { type: 'image', url };
  });
}

function imageUrl({ type, image_url: image }: JsonObject): string | undefined {
  if (type !== 'image_url') return undefined;
  const url = image !== null && typeof image === 'object' && !Array.isArray(image) ? image.url : image;
  return typeof url === 'string' ? url : undefined;
}
