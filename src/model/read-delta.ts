/** A piece of a message as OpenAI's protocol has it, from whoever speaks it with an accent. */
export type Delta = Record<string, unknown>;

/** The text of a piece: `null` is none, and parts are put together. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => (typeof part?.text === 'string' ? part.text : '')).join('');
}

/** A piece of a call as the protocol means it. */
export interface PlainCall extends Delta {
  index: unknown;
  function: { name?: unknown; arguments: string };
}

/** The calls of a piece, each with an index and with text for arguments. */
export function callsOf({ tool_calls: calls }: Delta): PlainCall[] {
  return Array.isArray(calls) ? calls.map(toPlainCall) : [];
}

function toPlainCall(call: Delta, position: number): PlainCall {
  const { name, arguments: args } = (call.function ?? {}) as Delta; // the protocol's name for it
  const text = typeof args === 'string' || args == null ? (args ?? '') : JSON.stringify(args);
  return { ...call, index: call.index ?? position, function: { ...(name ? { name } : {}), arguments: text } };
}
