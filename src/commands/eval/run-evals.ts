import { assembleReport } from '../../eval/comparing/assemble-report.ts';
import { baselineFile, readBaseline } from '../../eval/comparing/baseline.ts';
import type { RunPair } from '../../eval/comparing/compare-runs.ts';
import type { EvalReport } from '../../eval/comparison.ts';
import type { Suite } from '../../eval/suite.ts';
import type { SuiteRun } from '../../eval/suite-run.ts';
import { chooseSuites } from './choose-suites.ts';
import type { EvalFlags } from './eval-flags.ts';
import { keepEverywhere } from './keep-everywhere.ts';
import { type RunChosen, runChosen } from './run-chosen.ts';
import { tellReport } from './tell-report.ts';

export interface RunEvals extends RunChosen {
  flags: EvalFlags;
}

/**
 * `baton eval`: runs suites, holds them against their baselines, reports and keeps what came of it. Rejects with
 * `SuiteProblems` or a `ConfigError` before the first case.
 */
export async function runEvals(names: string[], options: RunEvals): Promise<EvalReport> {
  const { config, flags } = options;
  const { suites, skipped } = await chooseSuites(config, names, flags);
  const byVersion = await runChosen(suites, [{ projectDir: config.projectDir }], options);
  const runs = byVersion.flat();
  const pairs = await withBaselines(config.projectDir, runs, picksCases(flags) ? suites : undefined);
  const report = assembleReport({ runs, pairs, skipped, expectsBaselines: true });
  await tellReport(report, options);
  await keepEverywhere(report, options);
  return report;
}

function picksCases({ agent, case: cases, tag, graph }: EvalFlags): boolean {
  return [agent, cases, tag, graph].some(({ length }) => length > 0);
}

/** Each run with the baseline that is there. Where only some cases were asked for, the others of the baseline are left aside. */
async function withBaselines(
  projectDir: string,
  runs: SuiteRun[],
  only: readonly Suite[] | undefined,
): Promise<RunPair[]> {
  const pairs: RunPair[] = [];
  for (const run of runs) {
    const base = await readBaseline(projectDir, run.suite, run.profile);
    if (!base) continue;
    const asked = only && new Set(only.find(({ name }) => name === run.suite)?.cases.map(({ id }) => id));
    const cases = asked ? base.cases.filter(({ id }) => asked.has(id)) : base.cases;
    const label = baselineFile(run.suite, run.profile);
    pairs.push({ before: { label, run: { ...base, cases } }, after: { label: 'this run', run } });
  }
  return pairs;
}
