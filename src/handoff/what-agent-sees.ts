import { createHash } from 'node:crypto';
import {
  type AiMessage,
  type HumanMessage,
  type JsonObject,
  type Message,
  type ToolMessage,
  textOf,
} from '../message.ts';
import type { Edge } from './graph-file.ts';
import { type StateValues, turnMessages } from './state.ts';

/** How control came to an agent: kept as the artifact of the answer to a transfer call. */
export interface Transfer {
  from: string;
  to: string;
  brief: JsonObject;
}

/** The transfer that a message records, if it does. */
export function transferIn(message: Message): Transfer | undefined {
  if (message.type !== 'tool') return undefined;
  const { transfer } = (message.artifact ?? {}) as { transfer?: Transfer }; // only the machine writes this key
  return transfer;
}

/**
 * The part of the thread that an agent's model is shown, by the context policy of the edge on which control
 * came to it; all of it where no edge did. Computed from the canonical history and never stored.
 *
 * Valid for any provider when the history is: every call that is shown is followed by its answer, and the
 * last message is one that a model may reply to.
 */
export function whatAgentSees(
  agent: string,
  { messages }: Pick<StateValues, 'messages'>,
  edge: Edge | undefined,
): Message[] {
  const spoken = messages.filter((message) => message.type !== 'system');
  return withPrompt(agent, show(agent, spoken, edge));
}

function show(agent: string, messages: Message[], edge: Edge | undefined): Message[] {
  switch (edge?.context.show ?? 'full') {
    case 'full':
      return lastOf(messages, edge?.context.last);
    case 'narrated':
      return narrate(agent, lastOf(messages, edge?.context.last));
    case 'brief':
      return brief(agent, messages, edge?.context.last ?? 0);
  }
}

/** The turn that runs, and at most `last` messages before it; cut only where no call waits for its answer. */
function lastOf(messages: Message[], last: number | undefined): Message[] {
  if (last === undefined) return messages;
  const turn = turnMessages(messages);
  const kept = messages.slice(0, messages.length - turn.length).slice(-last);
  const from = kept.findIndex((message) => message.type === 'human');
  return [...(from < 0 ? [] : kept.slice(from)), ...turn];
}

/** What the sender told, what was said to the user before, and the agent's own work in this turn. */
function brief(agent: string, messages: Message[], last: number): Message[] {
  const turn = turnMessages(messages);
  const said = messages.slice(0, messages.length - turn.length).filter(isSaid);
  const own = turn.flatMap((message): Message[] => {
    const transfer = transferIn(message);
    if (transfer?.to === agent) return [briefMessage(message, transfer)];
    return isOwn(agent, message, turn) ? [message] : [];
  });
  return [...(last > 0 ? said.slice(-last) : []), ...own];
}

function briefMessage({ id }: Message, { from, brief: fields }: Transfer): HumanMessage {
  const lines = Object.entries(fields).map(
    ([field, value]) => `${field}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return {
    type: 'human',
    id,
    content: lines.join('\n') || `${from} asks you to go on with the conversation.`,
  };
}

/** What others did is told in the third person; what the user and the agent itself said stands as it was. */
function narrate(agent: string, messages: Message[]): Message[] {
  return messages.map((message) =>
    message.type === 'human' || isOwn(agent, message, messages)
      ? message
      : { type: 'human', id: message.id, content: tell(message) },
  );
}

/** The mark around a narration holds a hash of the text inside it, which no text can hold of itself. */
function tell(message: Message): string {
  const text = sentence(message);
  const mark = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return `<narration ${mark}>\n${text}\n</narration ${mark}>`;
}

function sentence(message: Message): string {
  if (message.type === 'tool')
    return `The call ${message.name} ${message.status === 'error' ? 'failed' : 'returned'}: ${message.content}`;
  if (message.type !== 'ai') return textOf(message.content);
  const calls = message.tool_calls.map(
    (call) => `The agent ${message.name} called ${call.name}(${JSON.stringify(call.args)}).`,
  );
  return [message.content && `The agent ${message.name} said: ${message.content}`, ...calls]
    .filter(Boolean)
    .join('\n');
}

function isOwn(agent: string, message: Message, among: Message[]): boolean {
  if (message.type === 'ai') return message.name === agent;
  return message.type === 'tool' && callerOf(message, among) === agent;
}

function callerOf({ tool_call_id }: ToolMessage, among: Message[]): string | undefined {
  const asked = among.findLast(
    (message) => message.type === 'ai' && message.tool_calls.some(({ id }) => id === tool_call_id),
  );
  return asked?.type === 'ai' ? asked.name : undefined;
}

/** A question, or an answer without calls. */
function isSaid(message: Message): message is HumanMessage | AiMessage {
  return message.type === 'human' || (message.type === 'ai' && message.tool_calls.length === 0);
}

/** A model replies to a user or to results: where an agent spoke last, it is told whose turn it is. */
function withPrompt(agent: string, messages: Message[]): Message[] {
  const last = messages.at(-1);
  if (last && last.type !== 'ai') return messages;
  const content = last ? `${last.name} is done. Go on, ${agent}.` : `Go on, ${agent}.`;
  return [...messages, { type: 'human', id: `${last?.id ?? agent}-prompt`, content }];
}
