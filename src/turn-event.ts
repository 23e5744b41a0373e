import type { AiMessage, Call, Json, JsonObject, Message, ToolMessage, Usage } from './message.ts';

/**
 * Everything that the outside may learn about a turn, in order of life. The log holds nothing else, and
 * every door is a pure mapping of it: LangGraph's stream modes, OpenAI's chunks, the terminal.
 */
export type TurnEvent =
  | TurnStart
  | AgentStart
  | TextDelta
  | CallStart
  | CallEnd
  | Handoff
  | HandoffRefused
  | Repair
  | Guarded
  | Custom
  | StepEnd
  | Checkpointed
  | Interrupted
  | TurnEnd
  | TurnError;

/**
 * An event with its place in the thread's log. `seq` counts from 1 in the thread and never changes; `at` is when it
 * happened, in milliseconds since 1970.
 */
export type LoggedEvent = TurnEvent & { seq: number; runId: string; threadId: string; at: number };

/**
 * A turn begins, or goes on where a process that is gone left it: then `attempt` is more than 1, the state is the one of
 * `checkpointId`, and what was logged after that checkpoint does not count.
 */
export interface TurnStart {
  type: 'turn-start';
  graph: string;
  /** The hash of the graph and its agents that this turn runs on. */
  version: string;
  /** Counts from 1. */
  attempt: number;
  /** Who speaks first. */
  agent: string;
  /** The state that the turn began from; null on a new thread. */
  checkpointId: string | null;
  /** What the turn adds before its first step: the user's messages. Empty when it resumes. */
  input: Message[];
  /** How many of its first messages the history left behind; absent: none. */
  forgets?: number;
}

export interface AgentStart {
  type: 'agent-start';
  agent: string;
  /** The superstep, counted by LangGraph over the thread. */
  step: number;
}

/** Text as it comes. The whole message follows in its step's `step-end`. */
export interface TextDelta {
  type: 'text-delta';
  agent: string;
  messageId: string;
  text: string;
  step: number;
}

/** A call that will be carried out. Calls that are refused have only a `call-end`. */
export interface CallStart {
  type: 'call-start';
  agent: string;
  call: Call;
}

export interface CallEnd {
  type: 'call-end';
  agent: string;
  message: ToolMessage;
  milliseconds: number;
}

/** Control moves along an edge. `callId` is the transfer call; it is absent when control returns by the edge's `return`. */
export interface Handoff {
  type: 'handoff';
  from: string;
  to: string;
  brief: JsonObject;
  callId?: string;
}

export interface HandoffRefused {
  type: 'handoff-refused';
  from: string;
  to: string;
  reason: string;
  callId: string;
}

/** The machine kept the turn going where a model did not. */
export interface Repair {
  type: 'repair';
  agent: string;
  /**
   * `loop`: the same again while nothing new was known. `limit`: more than the graph allows. `promise`: a
   * handoff that was announced and not made. `empty`: a reply with nothing in it. `brief`: a brief that does not fit.
   * `citation`: an answer that its passages do not support.
   */
  repair: 'loop' | 'limit' | 'promise' | 'empty' | 'brief' | 'citation';
  reason: string;
}

/** A guard changed a text on its way, or held it back. */
export interface Guarded {
  type: 'guard';
  agent: string;
  place: 'input' | 'brief' | 'result' | 'answer';
  guard: string;
  blocked: boolean;
  why: string;
}

/** What a tool says while it works. */
export interface Custom {
  type: 'custom';
  agent: string;
  /** The call that says it. */
  callId?: string;
  data: Json;
}

/** A superstep is done and saved. `update` is what `node` added to the state: see `applyUpdate`. */
export interface StepEnd {
  type: 'step-end';
  node: string;
  step: number;
  update: JsonObject;
}

/** The state is saved. The first of a turn comes after its input, the others after each step's `step-end`. */
export interface Checkpointed {
  type: 'checkpoint';
  checkpointId: string;
  parentId: string | null;
  /** LangGraph's number of the superstep, from -1 on a new thread. */
  step: number;
  source: 'input' | 'loop' | 'update' | 'fork';
}

/** The turn waits: for a person, or where the caller asked it to stop. It goes on when it is resumed. */
export interface Interrupted {
  type: 'interrupted';
  interrupts: { id: string; value: Json }[];
}

export interface TurnEnd {
  type: 'turn-end';
  answer: AiMessage;
  /** The agents that spoke, in order, without repeats in a row. */
  path: string[];
  evidence: Evidence[];
  /** Of all the turn's model calls together. */
  usage: Usage;
  /** How often each repair was needed. */
  repairs: Record<Repair['repair'], number>;
  milliseconds: number;
}

/** A call whose result the answer rests on. */
export interface Evidence {
  agent: string;
  tool: string;
  callId: string;
  args: JsonObject;
  result: string;
}

export interface TurnError {
  type: 'turn-error';
  /** `cancelled` when someone asked for it; the others are failures: `budget` when what may be spent is spent. */
  error: 'cancelled' | 'model' | 'budget' | 'timeout' | 'internal';
  /** Safe to show. */
  message: string;
  /** The turn is taken back: the thread is as it was before it. */
  rolledBack?: boolean;
}

/** Whether a turn says nothing after this event. */
export function isLast(event: TurnEvent): boolean {
  return event.type === 'turn-end' || event.type === 'turn-error' || event.type === 'interrupted';
}
