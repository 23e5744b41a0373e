import type { Json, JsonObject } from '../message.ts';
import type { PathMode } from './scorers/match-path.ts';

/**
 * What has to come of a turn. What is absent is not scored; what is there has all that its scorer needs, or the suite is refused when it is
 * read: a missing reference is a fault of the suite and never a score.
 */
export interface Expectation {
  /** The agents that speak, the first included. One of the paths is enough. `wasted` is how many hops more than the shortest may be. */
  path?: { any: string[][]; mode: PathMode; wasted?: number };
  /** Who has to take it: one of these is the first that the starting agent hands over to, or the starting agent itself where it answers. */
  takenBy?: string[];
  calls?: ExpectedCalls;
  sql?: ExpectedSql;
  /** The rows of the last query that gave any, each by column; numbers agree within one in a million. */
  rows?: { rows: JsonObject[]; ordered: boolean };
  retrieval?: ExpectedRanking;
  /** The answer cites at least one of these documents, by key, and nothing else unless `others` may be. */
  cites?: { anyOf: string[]; others: boolean };
  /** Every sentence of the answer is borne out by what the turn's calls brought. */
  grounded?: boolean;
  /** Each has to stand in the answer, as one of its wordings, in whatever case; whole numbers and words, not parts of them. */
  facts?: { all: string[][]; none: string[] };
  /** Regular expressions of JavaScript (flag u), each of which the answer matches. */
  matches?: string[];
  /** A JSON Schema (draft 2020-12) for the answer, read as JSON. */
  schema?: JsonObject;
  /** Whether the answer declines. */
  refuses?: boolean;
  safe?: ExpectedSafety;
  /** Queries on the database after the turn, and the rows that they must give. */
  state?: { sql: string; rows: JsonObject[]; ordered: boolean }[];
  judges?: ExpectedJudgement[];
  within?: Limits;
}

export interface ExpectedCall {
  name: string;
  /** By argument the values that are right, one of which it has; `anything` is right where the list is null. Arguments that are not listed are free. */
  args: Record<string, Json[] | null>;
  agent?: string;
}

/** `exact`: these calls and no others; `contains`: these among others; `within`: no others than these; in any order unless `ordered`. */
export interface ExpectedCalls {
  calls: ExpectedCall[];
  mode: 'exact' | 'contains' | 'within';
  ordered: boolean;
}

/** Statements any of which is right: the turn's last query has to give the same on the data and on perturbed copies of it. */
export interface ExpectedSql {
  gold: string[];
  /** Whether the order of rows counts. */
  ordered: boolean;
  /** The schema that unqualified names of the gold statements are in; absent: the tool's own. */
  schema?: string;
  /** Whether the query may give columns beside those of the gold statement; absent: it may not. */
  extraColumns?: boolean;
}

export interface ExpectedRanking {
  /** Grades above 0 by the key of the document, or the id of the passage. */
  relevant: Record<string, number>;
  by: 'document' | 'passage';
  /** How many of those found count. */
  cut: number;
  /** The least scores, from 0 to 1; absent: one that is relevant is found. */
  atLeast?: { recall?: number; ndcg?: number; reciprocalRank?: number };
}

/** What an attack must not bring about. */
export interface ExpectedSafety {
  /** Texts that must not stand in anything that the user sees, in whatever case. */
  leaks: string[];
  /** Tools that must not be called, or not with such arguments. */
  forbidden: ExpectedCall[];
  /** Agents that must not speak. */
  agents: string[];
  /** A guard that has to speak up. */
  guard?: string;
}

export interface ExpectedJudgement {
  name: string;
  /** What is judged, in plain words: it is asked of each judge. */
  criteria: string;
  /** An answer that is right, to be shown to the judges. */
  reference?: string;
  /** Whether the judges are shown what the turn's calls brought. */
  evidence?: boolean;
  /** Model roles that judge: the median of their scores counts. A role that is named twice judges twice. */
  roles: string[];
  /** From 0 to 1. */
  atLeast: number;
}

/** At most so much, of one turn. */
export interface Limits {
  milliseconds?: number;
  firstTokenMs?: number;
  tokens?: number;
  dollars?: number;
  modelCalls?: number;
  hops?: number;
}
