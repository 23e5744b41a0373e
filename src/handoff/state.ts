import { Annotation } from '@langchain/langgraph';
import type { JsonObject, Message } from '../message.ts';
import type { Return } from './graph-file.ts';
import { noCourse, type TurnCourse } from './turn-course.ts';

/** How far the turn has gone, to hold it against the graph's limits. */
export interface TurnCounts {
  /** Milliseconds since 1970. */
  startedAt: number;
  handoffs: number;
  calls: number;
  tokens: number;
}

/** Who handed over to the agent that speaks, and where control goes when it is done. */
export interface Caller {
  from: string;
  to: string;
  return: Return;
}

/** Messages that are added, when the history has left its first ones behind. */
export interface WindowedMessages {
  forget: number;
  add: Message[];
}

/** The state of a thread, as a checkpoint holds it. Plain JSON, never changed in place. */
export interface StateValues {
  /**
   * The one canonical history: what an agent sees of it is computed. It only grows, and leaves behind the first turns where the graph
   * says how many it keeps.
   */
  messages: Message[];
  /** Who speaks now, or spoke last. */
  agent: string;
  /** The handoffs of this turn that have not returned, the latest last. */
  callers: Caller[];
  counts: TurnCounts;
  course: TurnCourse;
  /** Whether the turn has its answer. */
  done: boolean;
}

export type StateUpdate = Partial<StateValues>;

/** What a turn begins with. */
export type StartUpdate = Omit<StateUpdate, 'messages'> & { messages: Message[] | WindowedMessages };

export const noCounts: TurnCounts = { startedAt: 0, handoffs: 0, calls: 0, tokens: 0 };

/** The channels of every graph. `start` is who speaks on a new thread. */
export function stateChannels(start: string) {
  return Annotation.Root({
    messages: Annotation<Message[], Message[] | WindowedMessages>({ reducer: append, default: () => [] }),
    agent: Annotation<string>({ reducer: replace, default: () => start }),
    callers: Annotation<Caller[]>({ reducer: replace, default: () => [] }),
    counts: Annotation<TurnCounts>({ reducer: replace, default: () => noCounts }),
    course: Annotation<TurnCourse>({ reducer: replace, default: () => noCourse }),
    done: Annotation<boolean>({ reducer: replace, default: () => false }),
  });
}

/** The names of those channels. */
export const stateKeys = Object.keys(emptyState(''));

/** The channel whose array only grows, of which a checkpoint stores what is new. */
export const appendOnlyChannels = ['messages'];

/** The state of a thread on which nothing has happened. */
export function emptyState(start: string): StateValues {
  return { messages: [], agent: start, callers: [], counts: noCounts, course: noCourse, done: false };
}

/** What the values are after a step added its update. Pure, and the same as the channels do. */
export function applyUpdate(
  values: StateValues,
  update: StateUpdate | StartUpdate | JsonObject,
): StateValues {
  const { messages = [], ...rest } = update as Partial<StartUpdate>; // a logged update is one that a node returned
  return { ...values, ...rest, messages: append(values.messages, messages) };
}

/** The messages of the turn that runs: from the last human message on. */
export function turnMessages(messages: Message[]): Message[] {
  return messages.slice(messages.findLastIndex((message) => message.type === 'human'));
}

/** How many messages lie before the last `turns` turns. */
export function messagesBefore(messages: Message[], turns: number): number {
  let left = turns;
  for (let at = messages.length - 1; at >= 0; at--) {
    const isBeginning = messages[at]?.type === 'human' && messages[at - 1]?.type !== 'human';
    if (isBeginning && --left === 0) return at;
  }
  return 0;
}

function append(before: Message[], added: Message[] | WindowedMessages): Message[] {
  if (!Array.isArray(added)) return [...before.slice(added.forget), ...added.add];
  return added.length === 0 ? before : [...before, ...added];
}

function replace<T>(_: T, next: T): T {
  return next;
}
