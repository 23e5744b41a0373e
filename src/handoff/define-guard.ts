import type { Embedder } from '../model/embedder.ts';

/**
 * Where a guard looks: `input` at what the user says, `brief` at what crosses an edge, `result` at what a
 * tool returns, `answer` at what an agent says to the user.
 */
export type GuardPlace = 'input' | 'brief' | 'result' | 'answer';

export interface GuardContext {
  place: GuardPlace;
  agent: string;
  /** What the graph is about: its description, and the reasons on its arrows. */
  topics: string[];
  embedder: Embedder;
  signal: AbortSignal;
}

/** Nothing: the text passes. Otherwise what stands in its place, or why it may not pass; both are for people to read. */
export type Verdict = undefined | { replace: string; why: string } | { block: string };

/**
 * A check of a text on its way. `check` must give the same verdict for the same text: what an agent sees of
 * the history is computed anew at every step. A guard that throws blocks the text.
 */
export interface Guard {
  name: string;
  description: string;
  places: GuardPlace[];
  check(text: string, context: GuardContext): Verdict | Promise<Verdict>;
}

/** Declares a guard; a file of the shelf `guards/` exports one. */
export function defineGuard(guard: Guard): Guard {
  return guard;
}
