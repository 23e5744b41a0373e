import type { Content, JsonObject, Message } from '../../message.ts';
import type { Attempting } from '../chat-client.ts';
import type { ChatRequest, ToolSpec } from '../chat-model.ts';
import { nameOnTheWire } from '../name-on-the-wire.ts';
import { toolText } from '../tool-text.ts';

export interface WireModel {
  model: string;
  /** The name under which the server is told the most tokens that a reply may have. */
  maxTokensName: string;
}

/** Whether a request has nothing in it but what goes over OpenAI's wire as it is: parts and thoughts in LangChain's forms are turned by its client. */
export function isPlain({ messages }: ChatRequest, to: string): boolean {
  return messages.every(
    (message) => hasPlainContent(message.content) && !(message.type === 'ai' && message.reasoning?.of === to),
  );
}

function hasPlainContent(content: Content): boolean {
  if (typeof content === 'string') return true;
  return content.every(
    (part) => plainParts.has(part.type) && !('source_type' in part) && !('extras' in part),
  );
}

const plainParts = new Set(['text', 'image_url', 'input_audio', 'file']);

/** The body of a request for a streamed completion, as JSON. Only for a request that `isPlain`. */
export function toWireBody(
  { model, maxTokensName }: WireModel,
  { system, messages, tools, maxTokens }: ChatRequest,
  { takesNames }: Pick<Attempting, 'takesNames'>,
): string {
  const prompt = isReasoningModel(model) ? 'developer' : 'system';
  const said = messages.map((message) => toWireMessage(message, prompt, takesNames));
  const terms = JSON.stringify({
    model,
    stream: true,
    stream_options: { include_usage: true },
    ...(maxTokens !== undefined && { [maxTokensName]: maxTokens }),
  });
  const told = tools.length > 0 ? `"tools":[${tools.map(toWireTool).join(',')}],` : '';
  const all = system.trim() ? [{ role: prompt, content: system }, ...said] : said;
  return `${terms.slice(0, -1)},${told}"messages":${JSON.stringify(all)}}`;
}

/** OpenAI's models that think call a prompt the developer's. */
function isReasoningModel(model: string): boolean {
  return /^o\d/.test(model) || /^gpt-[56](?!-chat)/.test(model);
}

function toWireMessage(message: Message, prompt: string, takesNames: boolean): object {
  switch (message.type) {
    case 'system':
      return { role: prompt, content: message.content };
    case 'human':
      return { role: 'user', content: message.content, ...nameOf(message.name, takesNames) };
    case 'ai':
      return {
        role: 'assistant',
        content: message.content,
        ...nameOf(message.name, takesNames),
        ...(message.tool_calls.length > 0 && { tool_calls: message.tool_calls.map(toWireCall) }),
      };
    case 'tool':
      return { role: 'tool', content: message.content, tool_call_id: message.tool_call_id };
  }
}

function toWireCall({ id, name, args }: { id: string; name: string; args: JsonObject }): object {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(args) } };
}

/** Tools are most of a request, and the same ones in each: their text is there already. */
function toWireTool(tool: ToolSpec): string {
  return `{"type":"function","function":${toolText(tool)}}`;
}

function nameOf(name: string | undefined, takesNames: boolean): { name?: string } {
  return takesNames && name && nameOnTheWire.test(name) ? { name } : {};
}
