import { randomUUID } from 'node:crypto';
import type { AiMessage, Call, JsonObject, Message } from '../message.ts';
import type { ChatReply } from '../model/chat-model.ts';
import { type Citation, citationMetadata } from './citations/citation.ts';
import { knownOfThread } from './known-of-thread.ts';
import { wellFormed } from './well-formed.ts';

/** What every provider takes as the id of a call, and as the name of a tool. */
const validId = /^[\w-]{1,40}$/;
const validName = /^[A-Za-z_][\w-]{0,63}$/;

/** A reply, who gave it, and whether only an answer was left to give. */
export interface Replied {
  agent: string;
  id: string;
  reply: ChatReply;
  answerOnly: boolean;
  /** What the reply's text cites; absent where it was not held against documents. */
  citations?: Citation[];
  declined?: boolean;
}

const unanswered = 'The limits of this turn were reached before there was an answer.';

/**
 * A reply as a message of the history, such that any provider takes it back: ids are unique over the thread,
 * names and arguments have the form that calls need. Where only an answer is left, calls are dropped.
 */
export function toAiMessage(
  { agent, id, reply, answerOnly, citations, declined = false }: Replied,
  history: Message[],
): AiMessage {
  const malformed = reply.invalidCalls.map((call): Call => ({ id: call.id, name: call.name, args: {} }));
  const asked = answerOnly ? [] : [...reply.calls, ...malformed];
  const calls = withValidIds(asked.map(withValidForm), history);
  const invalid = reply.invalidCalls.map((call, at) => ({
    ...call,
    id: calls[reply.calls.length + at]?.id ?? call.id,
  }));
  return {
    type: 'ai',
    id,
    name: agent,
    content: contentOf(reply, calls),
    tool_calls: calls,
    ...(invalid.length > 0 && calls.length > 0 && { invalid_tool_calls: invalid }),
    ...(reply.reasoning && { reasoning: wellFormed(reply.reasoning) }),
    usage_metadata: reply.usage,
    response_metadata: {
      model_name: reply.model,
      finish_reason: reply.stop,
      ...(citations && citationMetadata(citations, declined)),
    },
  };
}

/** A blank text beside calls is none: providers refuse it. */
function contentOf({ text }: ChatReply, calls: Call[]): string {
  if (text.trim()) return text.toWellFormed();
  return calls.length > 0 ? '' : unanswered;
}

/** Models invent names, and arguments that are no objects: the form is mended, and the answer says what is wrong. */
function withValidForm(call: Call): Call {
  const name = validName.test(call.name) ? call.name : `_${call.name.replace(/[^\w-]+/g, '_')}`.slice(0, 64);
  return { ...call, name, args: isObject(call.args) ? wellFormed(call.args) : {} };
}

function isObject(args: unknown): args is JsonObject {
  return typeof args === 'object' && args !== null && !Array.isArray(args);
}

/** Models repeat ids, and some give none; answers are matched to calls by id, over the whole thread. */
function withValidIds(calls: Call[], history: Message[]): Call[] {
  if (calls.length === 0) return [];
  const { callIds } = knownOfThread(history);
  const own = new Set<string>();
  return calls.map(({ id, name, args }) => {
    const isFree = validId.test(id) && !callIds.has(id) && !own.has(id);
    const unique = isFree ? id : `call_${randomUUID().replaceAll('-', '')}`;
    own.add(unique);
    return { id: unique, name, args, type: 'tool_call' };
  });
}
