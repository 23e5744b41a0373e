import type { HumanMessage, Message } from '../message.ts';
import { restoreIds } from './citations/restore-ids.ts';
import type { Edge } from './graph-file.ts';
import { callersIn, isOwn, narrate } from './narrate.ts';
import { shownWindow } from './shown-window.ts';
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
  const spoken = restoreIds(shownWindow(messages, edge));
  return takeTurns(agent, show(agent, withBriefsThatCrossed(agent, spoken), edge));
}

function show(agent: string, window: Message[], edge: Edge | undefined): Message[] {
  switch (edge?.context.show) {
    case undefined:
    case 'full':
      return window;
    case 'narrated':
      return narrate(agent, window);
    case 'brief':
    case 'summary':
      return brief(agent, window);
  }
}

/** What the sender told, what was said to the user before, and the agent's own work in this turn. */
function brief(agent: string, window: Message[]): Message[] {
  const turn = turnMessages(window);
  const callers = callersIn(turn);
  const own = turn.flatMap((message): Message[] => {
    const transfer = transferIn(message);
    if (transfer?.to === agent) return [briefMessage(message, transfer)];
    return isOwn(agent, message, callers) ? [message] : [];
  });
  return [...window.slice(0, window.length - turn.length), ...own];
}

function briefMessage({ id }: Message, { from, brief: fields, summary }: Transfer): HumanMessage {
  const lines = Object.entries(fields).map(
    ([field, value]) => `${field}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const told = [...lines, ...(summary ? [`What happened so far: ${summary}`] : [])].join('\n');
  return { type: 'human', id, content: told || `${from} asks you to go on with the conversation.` };
}
