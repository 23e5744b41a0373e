import { type HumanMessage, type Message, textOf } from '../message.ts';
import { applyGuards, type GuardRun, isGuarded } from './apply-guards.ts';
import type { SeatedGraph } from './seat.ts';

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
      const passed =
        message === last ? await guardMessage(run, agent, message) : await guardOnce(quiet, agent, message);
      seen.push(passed.message);
      if (message === last) blocked = passed.blocked;
    }
  }
  return { messages: seen, ...(blocked !== undefined && { blocked }) };
}

const passedBefore = new WeakMap<SeatedGraph, WeakMap<HumanMessage, Map<string, HumanMessage>>>();

/** A guard's verdict on a text is always the same, and every step looks at the same messages. What was held back is asked about again. */
async function guardOnce(
  run: GuardRun,
  agent: string,
  message: HumanMessage,
): Promise<{ message: HumanMessage; blocked?: string }> {
  const ofGraph = passedBefore.get(run.seated) ?? new WeakMap<HumanMessage, Map<string, HumanMessage>>();
  passedBefore.set(run.seated, ofGraph);
  const byAgent = ofGraph.get(message) ?? new Map<string, HumanMessage>();
  ofGraph.set(message, byAgent);
  const known = byAgent.get(agent);
  if (known) return { message: known };
  const passed = await guardMessage(run, agent, message);
  if (passed.blocked === undefined) byAgent.set(agent, passed.message);
  return passed;
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
