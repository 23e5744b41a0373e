import { type HumanMessage, type Message, textOf } from '../message.ts';
import { applyGuards, type GuardRun, isGuarded } from './apply-guards.ts';

/**
 * The history as agents may see it: what the user said has passed the graph's guards. The history itself
 * stays as it was. `blocked` says why the message that the turn begins with may not be answered.
 */
export async function guardInput(
  run: GuardRun,
  agent: string,
  messages: Message[],
): Promise<{ messages: Message[]; blocked?: string }> {
  if (!isGuarded(run.seated, 'input')) return { messages };
  const last = messages.at(-1);
  const quiet = { ...run, tell: () => undefined }; // what was said before has been told of before
  let blocked: string | undefined;
  const seen: Message[] = [];
  for (const message of messages) {
    if (message.type !== 'human') seen.push(message);
    else {
      const passed = await guardMessage(message === last ? run : quiet, agent, message);
      seen.push(passed.message);
      if (message === last) blocked = passed.blocked;
    }
  }
  return { messages: seen, ...(blocked !== undefined && { blocked }) };
}

async function guardMessage(
  run: GuardRun,
  agent: string,
  message: HumanMessage,
): Promise<{ message: HumanMessage; blocked?: string }> {
  const text = textOf(message.content);
  const { text: passed, blocked } = await applyGuards(run, 'input', agent, text);
  if (blocked !== undefined) return { message: { ...message, content: `(withheld: ${blocked})` }, blocked };
  if (passed === text) return { message };
  const others =
    typeof message.content === 'string' ? [] : message.content.filter(({ type }) => type !== 'text');
  return {
    message: {
      ...message,
      content: others.length > 0 ? [{ type: 'text', text: passed }, ...others] : passed,
    },
  };
}
