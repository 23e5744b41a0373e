import type { HumanMessage, Json, JsonObject, Message } from '../message.ts';

/** A turn as a door asks for it. */
export interface TurnRequest {
  graph: string;
  /** A uuid; absent: a new thread is made. */
  threadId?: string;
  /** What to do when the thread is not there. */
  ifNotExists: 'create' | 'reject';
  /** Earlier messages, for a new thread. */
  history?: Message[];
  /** What the user says; may be empty only when `resume` is given. */
  input: HumanMessage[];
  /** The answer to what the thread waits for; or answers by the id of what each answers. */
  resume?: Json;
  /** Go on from where the thread stopped, with nothing new. */
  proceed?: boolean;
  /** Change the state before the turn goes on: messages are added. */
  update?: { messages: HumanMessage[] };
  /** The agent that speaks next instead of the one that would. */
  goto?: string;
  /** The saved state to go on from; absent: the newest. An older one makes a branch, which is the newest then. */
  checkpointId?: string;
  /** Go on with the version of the graph that the thread is pinned to, as is usual, or have it pinned to the newest. */
  version?: 'pinned' | 'newest';
  metadata: JsonObject;
  /** What the caller asked, to be shown again. */
  kwargs: JsonObject;
  /** The assistant that was asked; absent: the graph's own. */
  assistantId?: string;
  /** An assistant that is taken for what the files say: the turn is refused with a `ChangedAssistantError` where the database has it. */
  assumed?: string;
  config?: RunConfig;
  /** What to do when the thread is busy: wait, refuse, or stop what runs and keep or take back what it did. */
  multitask: Multitask;
  /** Begin no earlier than this many seconds from now. */
  afterSeconds?: number;
  /** Told when the run ends: an absolute URL. */
  webhook?: string;
  /** The same request again within a day gives the same run. */
  idempotency?: IdempotencyClaim;
  /** The thread is deleted when the turn is over and everybody has seen its end. */
  temporary?: boolean;
}

export type Multitask = 'enqueue' | 'reject' | 'interrupt' | 'rollback';

/** How a run is carried out, as the assistant and the request have it together. Kept with the run. */
export interface RunConfig {
  /** Supersteps at most. */
  recursionLimit?: number;
  /** When states are saved: after each step before the next begins (usual), beside it, or at the end alone. */
  durability?: 'sync' | 'async' | 'exit';
  /** Nodes to stop before or after; `*` is all. */
  interruptBefore?: '*' | string[];
  interruptAfter?: '*' | string[];
  tags?: string[];
  /** What the caller sets, for tools. */
  configurable?: JsonObject;
  /** What the caller says about the situation, for tools. */
  context?: JsonObject;
}

export interface IdempotencyClaim {
  /** Keys of different scopes are different: the route. */
  scope: string;
  key: string;
  /** Of the body: another body under the same key is a conflict. */
  hash: string;
}
