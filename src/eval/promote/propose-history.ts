import { type JsonObject, type Message, textOf } from '../../message.ts';
import type { Scrubber } from './open-scrubber.ts';

/** Earlier messages as a suite's file has them, scrubbed. Thoughts, usage and data for programs are left out. */
export function proposeHistory(history: Message[], scrub: Scrubber): JsonObject[] {
  return history.map((message) => scrub.json(written(message)) as JsonObject); // an object stays one
}

function written(message: Message): JsonObject {
  const { type, content } = message;
  if (type === 'system') return { system: content };
  if (type === 'human') return { human: textOf(content) };
  if (type === 'ai') {
    const calls = message.tool_calls.map(({ id, name, args }) => ({ id, name, args }));
    return { type, name: message.name, content, ...(calls.length > 0 && { tool_calls: calls }) };
  }
  const { name, tool_call_id, status } = message;
  return { type, name, tool_call_id, status, content };
}
