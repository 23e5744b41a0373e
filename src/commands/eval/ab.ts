import { assembleReport } from '../../eval/comparing/assemble-report.ts';
import type { EvalReport } from '../../eval/comparison.ts';
import { openVersion } from '../../eval/running/open-version.ts';
import { readProfile } from '../../eval/running/profile.ts';
import { chooseSuites, SuiteProblems, tellProblem } from './choose-suites.ts';
import { keepEverywhere } from './keep-everywhere.ts';
import { runChosen } from './run-chosen.ts';
import type { RunEvals } from './run-evals.ts';
import { tellReport } from './tell-report.ts';

/**
 * `baton eval ab`: asks two versions of the project turn and turn about, and holds the second against the first. A version is a graph of the
 * project, a folder, or a revision of git. Returns the exit code.
 */
export async function runAb(
  [before, after]: [string, string],
  names: string[],
  options: RunEvals,
): Promise<EvalReport['exitCode']> {
  const { config, flags } = options;
  const { suites, skipped } = await chooseSuites(config, names, flags);
  const profile = await readProfile(config, flags.profile, flags.model);
  const base = await openVersion(config.projectDir, before);
  try {
    const candidate = await openVersion(config.projectDir, after);
    try {
      const { byVersion, problems } = await runChosen(suites, [base, candidate], profile, options);
      const [was = [], is = []] = byVersion;
      const pairs = is.flatMap((run, at) => {
        const other = was[at];
        return other ? [{ before: { label: before, run: other }, after: { label: after, run } }] : [];
      });
      const report = assembleReport(
        { runs: is, pairs, skipped, aborted: options.signal.aborted, expectsBaselines: false },
        { otherModels: true },
      );
      await tellReport(report, options);
      await keepEverywhere(report, options);
      if (problems.length > 0) throw new SuiteProblems(problems.map(tellProblem).join('\n'));
      return report.exitCode;
    } finally {
      await candidate.close();
    }
  } finally {
    await base.close();
  }
}
