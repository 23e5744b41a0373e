import type { AiMessage } from '../../message.ts';

/** A piece of what an agent says, as LangChain's clients add such pieces together by their id. */
export function chunkOf(id: string, name: string, content: string) {
  return {
    type: 'AIMessageChunk',
    id,
    name,
    content,
    additional_kwargs: {},
    response_metadata: {},
    tool_calls: [] as AiMessage['tool_calls'],
    invalid_tool_calls: [] as AiMessage['invalid_tool_calls'],
    tool_call_chunks: [] as object[],
  };
}

/** The piece that completes a message of which `said` is out: the rest of its text, its calls, what it cost. */
export function lastChunkOf(message: AiMessage, said: string) {
  const rest = message.content.startsWith(said) ? message.content.slice(said.length) : '';
  return {
    ...chunkOf(message.id, message.name, rest),
    ...(message.response_metadata && { response_metadata: message.response_metadata }),
    ...(message.usage_metadata && { usage_metadata: message.usage_metadata }),
    tool_calls: message.tool_calls,
    invalid_tool_calls: message.invalid_tool_calls ?? [],
    tool_call_chunks: message.tool_calls.map(({ id, name, args }, index) => ({
      type: 'tool_call_chunk',
      id,
      name,
      args: JSON.stringify(args),
      index,
    })),
  };
}
