import type { AiMessage, HumanMessage, JsonObject, Message } from '../message.ts';
import type { Edge } from './graph-file.ts';
import { isOwn, narrate } from './narrate.ts';
import { type StateValues, turnMessages } from './state.ts';
import { transferName } from './transfer-tool.ts';

/** How control came to an agent: kept as the artifact of the answer to a transfer call. */
export interface Transfer {
  from: string;
  to: string;
  brief: JsonObject;
  /** Of an edge that shows one. */
  summary?: string;
}

/** The transfer that a message records, if it does: a tool may return what looks like one, but has another name. */
export function transferIn(message: Message): Transfer | undefined {
  if (message.type !== 'tool') return undefined;
  const { transfer } = (message.artifact ?? {}) as { transfer?: Transfer }; // under this name, only the machine writes it
  return transfer && message.name === transferName(transfer.to) ? transfer : undefined;
}

/**
 * The part of the thread that an agent's model is shown, by the context policy of the edge on which control
 * came to it; all of it where no edge did. Computed from the canonical history and never stored.
 *
 * Valid for any provider when the history is: it begins with a user's words, agents and users take turns,
 * every call that is shown is followed by its answer, and the last message is one that a model may reply to.
 */
export function whatAgentSees(
  agent: string,
  { messages }: Pick<StateValues, 'messages'>,
  edge: Edge | undefined,
): Message[] {
  const spoken = messages.filter((message) => message.type !== 'system');
  return takeTurns(agent, show(agent, spoken, edge));
}

function show(agent: string, messages: Message[], edge: Edge | undefined): Message[] {
  const { show: policy, last } = edge?.context ?? { show: 'full' };
  switch (policy) {
    case 'full':
      return lastOf(messages, last);
    case 'narrated':
      return narrate(agent, lastOf(messages, last));
    case 'brief':
    case 'summary':
      return brief(agent, messages, last ?? 0);
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

function briefMessage({ id }: Message, { from, brief: fields, summary }: Transfer): HumanMessage {
  const lines = Object.entries(fields).map(
    ([field, value]) => `${field}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const told = [...lines, ...(summary ? [`What happened so far: ${summary}`] : [])].join('\n');
  return { type: 'human', id, content: told || `${from} asks you to go on with the conversation.` };
}

/** A question, or an answer without calls. */
function isSaid(message: Message): message is HumanMessage | AiMessage {
  return message.type === 'human' || (message.type === 'ai' && message.tool_calls.length === 0);
}

/**
 * Providers want a user to begin, agents not to speak twice in a row, and something to reply to: where the
 * history has it otherwise, the machine's own words stand in between. Texts that are empty say so.
 */
function takeTurns(agent: string, messages: Message[]): Message[] {
  const shown: Message[] = [];
  for (const message of messages) {
    const before = shown.at(-1);
    if (message.type === 'ai' && before?.type === 'ai') shown.push(goOn(before, message.name));
    if (message.type !== 'human' && !before)
      shown.push({ type: 'human', id: `${message.id}-before`, content: 'The conversation goes on.' });
    shown.push(message.type === 'human' ? withText(message) : message);
  }
  const last = shown.at(-1);
  if (!last) return [{ type: 'human', id: `${agent}-begin`, content: `Go on, ${agent}.` }];
  return last.type === 'ai' ? [...shown, goOn(last, agent)] : shown;
}

function goOn({ id, name }: AiMessage, next: string): HumanMessage {
  const done = name === next ? '' : `${name} is done. `;
  return { type: 'human', id: `${id}-prompt`, content: `${done}Go on, ${next}.` };
}

function withText(message: HumanMessage): HumanMessage {
  const isBlank =
    typeof message.content === 'string' ? !message.content.trim() : message.content.length === 0;
  return isBlank ? { ...message, content: '(no text)' } : message;
}
