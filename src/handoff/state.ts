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

/** The state of a thread, as a checkpoint holds it. Plain JSON, never changed in place. */
export interface StateValues {
  /** The one canonical history. It only grows: what an agent sees of it is computed. */
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

export const noCounts: TurnCounts = { startedAt: 0, handoffs: 0, calls: 0, tokens: 0 };

/** The channels of every graph. `start` is who speaks on a new thread. */
export function stateChannels(start: string) {
  return Annotation.Root({
    messages: Annotation<Message[]>({ reducer: append, default: () => [] }),
    agent: Annotation<string>({ reducer: replace, default: () => start }),
    callers: Annotation<Caller[]>({ reducer: replace, default: () => [] }),
    counts: Annotation<TurnCounts>({ reducer: replace, default: () => noCounts }),
    course: Annotation<TurnCourse>({ reducer: replace, default: () => noCourse }),
    done: Annotation<boolean>({ reducer: replace, default: () => false }),
  });
}

/** The channel whose array only grows, of which a checkpoint stores what is new. */
export const appendOnlyChannels = ['messages'];

/** The state of a thread on which nothing has happened. */
export function emptyState(start: string): StateValues {
  return { messages: [], agent: start, callers: [], counts: noCounts, course: noCourse, done: false };
}

/** What the values are after a step added its update. Pure, and the same as the channels do. */
export function applyUpdate(values: StateValues, update: StateUpdate | JsonObject): StateValues {
  const { messages = [], ...rest } = update as StateUpdate; // a logged update is one that a node returned
  return { ...values, ...rest, messages: append(values.messages, messages) };
}

/** The messages of the turn that runs: from the last human message on. */
export function turnMessages(messages: Message[]): Message[] {
  return messages.slice(messages.findLastIndex((message) => message.type === 'human'));
}

function append(before: Message[], added: Message[]): Message[] {
  return added.length === 0 ? before : [...before, ...added];
}

function replace<T>(_: T, next: T): T {
  return next;
}
