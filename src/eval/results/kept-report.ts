import type { CaseChange, Comparison, EvalReport } from '../comparison.ts';
import type { Attempt, SuiteRun } from '../suite-run.ts';

/** What is kept of a command beside its runs. */
export type KeptHead = Pick<EvalReport, 'profile' | 'startedAt' | 'endedAt' | 'notes' | 'exitCode'>;

/** A run without its cases: they are rows of their own. */
export type KeptRun = Omit<SuiteRun, 'cases'>;

export type KeptAttempt = Pick<Attempt, 'repeat'>;

export interface KeptChange extends Omit<CaseChange, 'afterAttempt'> {
  afterAttempt: KeptAttempt;
}

/** A comparison whose newer attempts are named and not told. */
export interface KeptComparison extends Omit<Comparison, 'lost' | 'won' | 'gates'> {
  lost: KeptChange[];
  won: KeptChange[];
  gates: KeptChange[];
}
