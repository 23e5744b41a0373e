import { type Message, textOf } from '../message.ts';
import { ModelError } from '../model/chat-model.ts';
import type { GuardRun } from './apply-guards.ts';
import { restoreIds } from './citations/restore-ids.ts';
import { narrate } from './narrate.ts';
import type { Seat } from './seat.ts';
import { takeTurns } from './take-turns.ts';
import { withBriefsThatCrossed } from './with-briefs-that-crossed.ts';

/** How long a summary may be that no model wrote, in characters. */
const longest = 2_000;

const instruction =
  'Sum up the conversation for the colleague who takes it over: what the user wants, what was found out with its figures and names, ' +
  'what is still open. Plain sentences, at most 150 words, nothing that is not in the conversation.';

/**
 * The thread so far in a few sentences, by the fast model, for the agent of a seat. Where the model gives
 * none, the last words of the user and of each agent stand for it.
 */
export async function summarize(
  { machine, signal }: GuardRun,
  { agent }: Seat,
  messages: Message[],
): Promise<string> {
  const told = narrate(agent.name, withBriefsThatCrossed(agent.name, restoreIds(messages)));
  const asked = { type: 'human' as const, id: 'summary', content: 'Sum up the conversation now.' };
  const request = {
    role: 'fast',
    agent: { name: 'summary', examples: [] },
    system: instruction,
    messages: takeTurns(agent.name, [...told, asked]),
    tools: [],
    signal,
  };
  try {
    const { text } = await machine.chat(request, () => undefined);
    return text.trim() || excerpt(messages);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    machine.log.warn({ err: error, agent: agent.name }, 'a summary was made without a model');
    return excerpt(messages);
  }
}

function excerpt(messages: Message[]): string {
  const said = messages.filter(
    (message) => message.type === 'human' || (message.type === 'ai' && message.content),
  );
  const lines = said
    .slice(-6)
    .map((message) => `${message.type === 'ai' ? message.name : 'The user'}: ${textOf(message.content)}`);
  return lines.join('\n').slice(-longest);
}
