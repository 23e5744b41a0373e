import type { Difference } from './statistics/paired-bootstrap.ts';
import type { Interval } from './statistics/wilson.ts';
import type { Attempt, SuiteRun } from './suite-run.ts';

/** Passed cases of all that were scored; with repeats the sum of the cases' shares. */
export interface Rate extends Interval {
  passed: number;
  count: number;
}

/** How two runs of one suite differ, and what is to be thought of it. */
export interface Comparison {
  suite: string;
  verdict: 'pass' | 'regression' | 'inconclusive';
  /** Why, in sentences, the weightiest first. */
  reasons: string[];
  before: Side;
  after: Side;
  /** Over the cases that both have; null where there are none. */
  passing: Change | null;
  /** By scorer, and by measure (`direction` is what is better; `milliseconds`, `firstTokenMs`, `tokens`, `dollars`, `modelCalls`, `hops`): informs, and decides nothing. */
  metrics: (Change & { name: string; direction: 'higher' | 'lower' })[];
  /** Regressions first: gates, then those that passed before, then those that pass less often. */
  lost: CaseChange[];
  won: CaseChange[];
  /** Cases whose gate is closed now, whatever was before. */
  gates: CaseChange[];
  /** Ids of cases that only one side has, or that ask or expect something else now. */
  cases: { same: number; changed: string[]; added: string[]; removed: string[] };
  /** What was edited in between: agents, graphs. */
  files: FileChange[];
}

export interface Side {
  label: string;
  version: string;
  revision: string | null;
  rate: Rate;
  errored: number;
  stale: number;
}

export interface Change {
  before: number;
  after: number;
  difference: Difference;
  /** `chance` after Holm's correction over the suites that were compared together. */
  adjusted: number;
  method: 'mcnemar' | 'bootstrap';
  /** The interval excludes 0, the adjusted chance is below 5 %, and the loss is at least the least effect. */
  worse: boolean;
  better: boolean;
}

export interface CaseChange {
  id: string;
  tags: string[];
  gate: boolean;
  asks: string[];
  /** Shares of attempts that passed; null where that side has none. */
  before: number | null;
  after: number;
  /** An attempt of each that shows the difference. */
  beforeAttempt: Attempt | null;
  afterAttempt: Attempt;
  /** Where the two went apart first; absent where the paths are the same. */
  hop?: HopChange;
  /** The edited files that it may come from, the likeliest first. */
  suspects: string[];
}

/** From this agent control went to `before` then and to `after` now; null: it ended there. `turn` and `at` count from 0. */
export interface HopChange {
  turn: number;
  at: number;
  from: string;
  before: string | null;
  after: string | null;
}

/** The sentences of a file that are gone and those that are new, in the order of the text. */
export interface FileChange {
  file: string;
  removed: string[];
  added: string[];
}

/** One command's runs and how they compare: what every report is made of. */
export interface EvalReport {
  runId: string;
  profile: string;
  startedAt: string;
  endedAt: string;
  runs: SuiteRun[];
  /** One a run that has something to be compared with. */
  comparisons: Comparison[];
  /** By suite, why nothing can be said of it: no baseline, a baseline whose suite is gone, no data here. */
  notes: { suite: string; kind: 'no-baseline' | 'no-suite' | 'skipped' | 'note'; text: string }[];
  exitCode: 0 | 1 | 2 | 3 | 130;
}
