import type { Attempt, SuiteRun } from '../suite-run.ts';

/** Who watches a run of suites. */
export interface RunHearing {
  /** Long work before the first case. */
  prepare?(what: string, done: number, total: number): void;
  begin?(suite: string, attempts: number): void;
  attempt?(suite: string, id: string, attempt: Attempt): void;
  end?(runs: SuiteRun[]): void;
}
