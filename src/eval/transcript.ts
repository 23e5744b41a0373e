import type { Json, JsonObject, Usage } from '../message.ts';
import type { Repair } from '../turn-event.ts';

/** What happened in the turns of one attempt at a case, as plain JSON. */
export interface Transcript {
  turns: TurnTranscript[];
}

export interface TurnTranscript {
  user: string;
  /** The agents that spoke, in order, without repeats in a row. */
  path: string[];
  hops: Hop[];
  calls: SeenCall[];
  answer: string;
  /** What else the user saw: the texts of agents on the way, in order. */
  said?: string[];
  /** Of the answer: citations, declined, cache. */
  metadata: JsonObject;
  /** What searches gave, best first, in the order of the searches. */
  passages: SeenPassage[];
  repairs: Partial<Record<Repair['repair'], number>>;
  guards: { agent: string; place: string; guard: string; blocked: boolean; why: string }[];
  /** What the thread waits for, where the turn ended with a question to a person. */
  waits: Json[];
  /** Why there is no answer; a turn that is wrong in itself, such as one that ran out of time. */
  error?: { error: string; message: string };
  measures: Measures;
}

export interface Hop {
  from: string;
  to: string;
  brief: JsonObject;
  /** Why the machine refused it. */
  refused?: string;
}

export interface SeenCall {
  agent: string;
  name: string;
  args: JsonObject;
  /** What the model read. */
  result: string;
  failed: boolean;
  /** Data for programs beside the result, for scorers: it is not kept. */
  artifact?: Json;
  milliseconds: number;
}

export interface SeenPassage {
  id: string;
  /** The document's key. */
  document: string;
  text: string;
}

/** What a turn took. `null` where it is not known. */
export interface Measures {
  /** Null in a baseline: times of another machine say nothing. */
  milliseconds: number | null;
  /** From the turn's start to the first text that the user saw. */
  firstTokenMs: number | null;
  tokens: number;
  usage: Usage;
  dollars: number | null;
  modelCalls: number;
  /** How often control moved. */
  hops: number;
}
