import type { AiMessage, Call, Content, HumanMessage, Json, JsonObject, Message } from '../../message.ts';
import type { CheckedMessage } from './message-schema.ts';

/** Why a message cannot be read, and which one it is. */
export interface MessageFault {
  at: number;
  message: string;
}

/**
 * Earlier messages as threads keep them, or what is wrong with them. Results of tools follow the call that they answer, and each call is
 * answered: no provider takes anything else.
 */
export function resolveMessages(written: CheckedMessage[]): { messages: Message[]; faults: MessageFault[] } {
  const messages: Message[] = [];
  const faults: MessageFault[] = [];
  const open = new Map<string, string>();
  for (const [at, message] of written.entries()) {
    try {
      if (open.size > 0 && roleOf(message) !== 'tool') throw new MessageError(unanswered(open));
      const read = resolveMessage(message, `history-${at + 1}`, open);
      messages.push(read);
    } catch (error) {
      if (!(error instanceof MessageError)) throw error;
      open.clear();
      faults.push({ at, message: error.message });
    }
  }
  if (open.size > 0) faults.push({ at: written.length - 1, message: unanswered(open) });
  return { messages, faults };
}

class MessageError extends Error {}

const unanswered = (open: Map<string, string>) =>
  `the call ${[...open.keys()].map((id) => `"${id}"`).join(', ')} has no result: a message of role tool with its tool_call_id`;

type Role = 'human' | 'ai' | 'system' | 'tool';

function roleOf({ role, type, human, user, ai, assistant }: CheckedMessage): Role {
  const named = role ?? type;
  if (named === 'tool') return 'tool';
  if (named === 'user' || named === 'human' || human !== undefined || user !== undefined) return 'human';
  if (named === 'assistant' || named === 'ai' || ai !== undefined || assistant !== undefined) return 'ai';
  return 'system';
}

/** `open` are the calls that wait for their results: ids and names of tools. */
function resolveMessage(written: CheckedMessage, id: string, open: Map<string, string>): Message {
  const content = (written.human ?? written.user ?? written.content ?? '') as Content; // the parts are JSON
  const role = roleOf(written);
  if (role === 'human')
    return { type: 'human', id, content, ...(written.name && { name: written.name }) } satisfies HumanMessage;
  const plain = textOnly(written.ai ?? written.assistant ?? written.system ?? content);
  if (role === 'system') return { type: 'system', id, content: plain };
  if (role === 'ai') {
    const calls = (written.tool_calls ?? []).map(resolveCall);
    for (const call of calls) open.set(call.id, call.name);
    const name = written.name ?? 'assistant';
    return { type: 'ai', id, content: plain, name, tool_calls: calls } satisfies AiMessage;
  }
  const callId = written.tool_call_id ?? '';
  const name = open.get(callId);
  if (name === undefined) throw new MessageError(`no message before it makes the call "${callId}"`);
  open.delete(callId);
  const status = written.status ?? 'success';
  return { type: 'tool', id, content: plain, name, tool_call_id: callId, status };
}

function textOnly(content: Content): string {
  if (typeof content === 'string') return content;
  if (content.some(({ type }) => type !== 'text')) throw new MessageError('only a user says more than text');
  return content.map(({ text }) => String(text)).join('');
}

function resolveCall({ id, name, args, function: called }: WrittenCall): Call {
  if (!called) return { id, name: name ?? '', args: args ?? {} };
  return { id, name: called.name, args: readArguments(called) };
}

type WrittenCall = NonNullable<CheckedMessage['tool_calls']>[number];

function readArguments({ name, arguments: text }: { name: string; arguments: string }): JsonObject {
  const args = parse(text);
  if (typeof args === 'object' && args !== null && !Array.isArray(args)) return args;
  throw new MessageError(`the arguments of the call of "${name}" are not a map in JSON`);
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json; // it is JSON
  } catch {
    return undefined;
  }
}
