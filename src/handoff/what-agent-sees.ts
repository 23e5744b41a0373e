import type { AiMessage, HumanMessage, Message } from '../message.ts';
import { restoreIds } from './citations/restore-ids.ts';
import type { Edge } from './graph-file.ts';
import { isOwn, narrate } from './narrate.ts';
import { type StateValues, turnMessages } from './state.ts';
import { takeTurns } from './take-turns.ts';
import { type Transfer, transferIn } from './transfer.ts';
import { withBriefsThatCrossed } from './with-briefs-that-crossed.ts';

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
  const spoken = restoreIds(messages.filter((message) => message.type !== 'system'));
  return takeTurns(agent, show(agent, withBriefsThatCrossed(agent, spoken), edge));
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
