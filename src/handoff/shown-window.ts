import type { AiMessage, HumanMessage, Message } from '../message.ts';
import type { Edge } from './graph-file.ts';

/**
 * The part of a history from which the context policy of an edge takes what it shows: the turn that runs, and as many messages before it as
 * the policy has. What lies before is not looked at, so that a turn costs the same however long its thread is. Taken of a window, it is
 * the window.
 */
export function shownWindow(messages: Message[], edge: Edge | undefined): Message[] {
  const { show: policy, last } = edge?.context ?? { show: 'full' };
  const isBrief = policy === 'brief' || policy === 'summary';
  if (last === undefined && !isBrief) return messages.filter(isSpoken);
  const begin = turnBegin(messages);
  const turn = messages.slice(begin).filter(isSpoken);
  const before = isBrief
    ? lastBefore(messages, begin, last ?? 0, isSaid)
    : fromHuman(lastBefore(messages, begin, last ?? 0, isSpoken));
  return [...before, ...turn];
}

/** Where the turn that runs begins: with the last words of a user. */
function turnBegin(messages: Message[]): number {
  const human = messages.findLastIndex(({ type }) => type === 'human');
  return human >= 0 ? human : Math.max(0, messages.findLastIndex(isSpoken));
}

/** At most `most` messages of a kind before a place, in order. */
function lastBefore(
  messages: Message[],
  before: number,
  most: number,
  isKind: (message: Message) => boolean,
): Message[] {
  const found: Message[] = [];
  for (let at = before - 1; at >= 0 && found.length < most; at--) {
    const message = messages[at];
    if (message && isKind(message)) found.push(message);
  }
  return found.reverse();
}

/** Cut only where no call waits for its answer. */
function fromHuman(messages: Message[]): Message[] {
  const from = messages.findIndex(({ type }) => type === 'human');
  return from < 0 ? [] : messages.slice(from);
}

function isSpoken({ type }: Message): boolean {
  return type !== 'system';
}

/** A question, or an answer without calls. */
function isSaid(message: Message): message is HumanMessage | AiMessage {
  return message.type === 'human' || (message.type === 'ai' && message.tool_calls.length === 0);
}
