import type { Score } from './score.ts';
import type { Transcript } from './transcript.ts';

/** All that came of running a suite once, as plain JSON: it is what reports show, comparisons read and the database keeps. */
export interface SuiteRun {
  format: 1;
  /** A uuid (version 7), shared by the suites that one command ran. */
  runId: string;
  suite: string;
  description: string;
  graph: string;
  /** The hash of the graph and its agents. */
  version: string;
  /** The texts that the version is made of, by path relative to the project. */
  files: Record<string, string>;
  profile: string;
  /** `provider:model` by role. */
  models: Record<string, string>;
  /** The same request always has the same reply, so that a case that passed and fails now is worse for certain. */
  deterministic: boolean;
  leastEffect: number;
  /** The commit of the project, with `+` where files are changed; null outside git. */
  revision: string | null;
  startedAt: string;
  endedAt: string;
  repeats: number;
  cases: CaseRun[];
  /** It was stopped before its end: what is there is no result. */
  interrupted: boolean;
}

export interface CaseRun {
  id: string;
  hash: string;
  tags: string[];
  gate: boolean;
  /** Of all turns, to be shown. */
  asks: string[];
  /** One a repeat, in order. */
  attempts: Attempt[];
}

/**
 * `errored`: the model, the database or the machine was at fault, and nothing is known of the case. `stale`: a recorded reply was needed
 * and there is none. Neither is a score.
 */
export type Outcome = 'passed' | 'failed' | 'errored' | 'stale';

export interface Attempt {
  /** From 0. */
  repeat: number;
  outcome: Outcome;
  /** By turn, in order. */
  scores: Score[][];
  transcript: Transcript;
  /** Why it errored or is stale. */
  error?: string;
}

/** The attempts of a case that say something about it. */
export function scoredAttempts({ attempts }: CaseRun): Attempt[] {
  return attempts.filter(({ outcome }) => outcome === 'passed' || outcome === 'failed');
}

/** The share of a case's scored attempts that passed; undefined where none was scored. */
export function passShare(run: CaseRun): number | undefined {
  const scored = scoredAttempts(run);
  if (scored.length === 0) return undefined;
  return scored.filter(({ outcome }) => outcome === 'passed').length / scored.length;
}
