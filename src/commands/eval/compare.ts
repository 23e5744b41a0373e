import { CallerError } from '../../errors.ts';
import { assembleReport } from '../../eval/comparing/assemble-report.ts';
import type { RunPair } from '../../eval/comparing/compare-runs.ts';
import type { EvalReport } from '../../eval/comparison.ts';
import { findReport } from './run-folder.ts';
import { type TellReport, tellReport } from './tell-report.ts';

/** `baton eval compare`: holds two kept runs against each other, suite by suite. Returns the exit code. */
export async function compareReports(
  before: string,
  after: string,
  options: TellReport,
): Promise<EvalReport['exitCode']> {
  const [base, candidate] = [
    await findReport(options.config, before),
    await findReport(options.config, after),
  ];
  const pairs = candidate.runs.flatMap((run): RunPair[] => {
    const other = base.runs.find(({ suite }) => suite === run.suite);
    return other ? [{ before: { label: before, run: other }, after: { label: after, run } }] : [];
  });
  if (pairs.length === 0) throw new CallerError('invalid-request', 'The two runs have no suite in common.');
  const runs = pairs.map((pair) => pair.after.run);
  const report = assembleReport({ runs, pairs, skipped: [], expectsBaselines: false }, { otherModels: true });
  await tellReport(report, { ...options, keepsFolder: false });
  return report.exitCode;
}
