import type { Message } from '../message.ts';

/** What is known of all messages of a thread. */
export interface KnownOfThread {
  /** The ids of every call. */
  callIds: ReadonlySet<string>;
  /** What the calling application laid down, in order. */
  instructions: readonly string[];
}

interface Reading extends KnownOfThread {
  callIds: Set<string>;
  instructions: string[];
  /** How many messages were read, and the last of them. */
  read: number;
  last: Message;
}

const readings = new WeakMap<Message, Reading>();

/**
 * Reads a thread's history, each message once: a history that goes on from one that was read before, with the same messages, is read from
 * there.
 */
export function knownOfThread(messages: Message[]): KnownOfThread {
  const [first] = messages;
  if (!first) return { callIds: new Set(), instructions: [] };
  const before = readings.get(first);
  const goesOn = before !== undefined && messages[before.read - 1] === before.last;
  const reading = goesOn ? before : { callIds: new Set<string>(), instructions: [], read: 0, last: first };
  for (let at = reading.read; at < messages.length; at++) read(messages[at] ?? first, reading);
  reading.read = messages.length;
  reading.last = messages.at(-1) ?? first;
  readings.set(first, reading);
  return reading;
}

function read(message: Message, { callIds, instructions }: Reading): void {
  if (message.type === 'system') instructions.push(message.content);
  if (message.type === 'ai') for (const { id } of message.tool_calls) callIds.add(id);
}
