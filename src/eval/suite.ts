import type { AppContext } from '../app-context.ts';
import type { Json, JsonObject, Message } from '../message.ts';
import type { Expectation } from './expectation.ts';

/** Cases that are run and compared together, as they are once files and defaults are resolved. */
export interface Suite {
  /** Letters, digits and hyphens; unique in the project. */
  name: string;
  description: string;
  /** The graph that cases ask unless they name another. */
  graph: string;
  /** The folder with agents, graphs and tools, absolute; absent: the project's own. */
  projectDir?: string;
  /** Folders and files to bring to collections before the first case, relative to `projectDir`, by the collection. */
  collections: Record<string, string[]>;
  /** How often each case is asked unless the command says otherwise. */
  repeat: number;
  /** The least loss of the share of cases passed that counts as a regression, from 0 to 1. */
  leastEffect: number;
  cases: Case[];
  /** Makes ready what its cases need, on a database that no other suite uses then; absent: suites of one project share a database. */
  setup?: (context: AppContext) => Promise<void>;
  /** Where it was read from, relative to the project. */
  file: string;
}

/** A suite that cannot run here, for want of data or of a model, and why. */
export interface SkippedSuite {
  name: string;
  file: string;
  skipped: string;
}

/** One conversation to be had, and what has to come of it. */
export interface Case {
  /** Letters, digits, dots, underscores and hyphens; unique in the suite. */
  id: string;
  /** Earlier messages of the thread. */
  history: Message[];
  /** What the user does, in order; at least one. */
  turns: CaseTurn[];
  tags: string[];
  /** Whether one failure fails the suite, whatever the statistics say. */
  gate: boolean;
  graph: string;
  /** What the caller sets for the run: `configurable`. */
  configurable: JsonObject;
  /** Of all that says what is asked and expected: a case with another hash is another case. 16 hexadecimal digits. */
  hash: string;
  /** Where it was read from, relative to the project. */
  source: { file: string; line: number };
}

/** One turn: something that is said, or the answer to what the thread waits for. */
export interface CaseTurn {
  ask?: string;
  resume?: Json;
  expect: Expectation;
}
