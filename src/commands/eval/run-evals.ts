import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { assembleReport } from '../../eval/comparing/assemble-report.ts';
import { baselineFile, readBaseline, suitesWithBaseline } from '../../eval/comparing/baseline.ts';
import type { RunPair } from '../../eval/comparing/compare-runs.ts';
import type { EvalReport } from '../../eval/comparison.ts';
import { readProfile } from '../../eval/running/profile.ts';
import type { Suite } from '../../eval/suite.ts';
import type { SuiteRun } from '../../eval/suite-run.ts';
import { chooseSuites, SuiteProblems, tellProblem } from './choose-suites.ts';
import type { EvalFlags } from './eval-flags.ts';
import { keepEverywhere } from './keep-everywhere.ts';
import { type RunChosen, runChosen } from './run-chosen.ts';
import { tellReport } from './tell-report.ts';

export interface RunEvals extends RunChosen {
  flags: EvalFlags;
}

/**
 * `baton eval`: runs suites, holds them against their baselines, reports and keeps what came of it. Rejects with `SuiteProblems` or a
 * `ConfigError` before the first case, and with `SuiteProblems` after the report where recorded replies could not be read.
 */
export async function runEvals(names: string[], options: RunEvals): Promise<EvalReport> {
  const { config, flags, signal } = options;
  const { suites, skipped } = await chooseSuites(config, names, flags);
  const profile = await readProfile(config, flags.profile, flags.model);
  const picked = picksCases(flags);
  const baselines = await readBaselines(config.projectDir, suites, profile.name, picked);
  const isWhole = names.length === 0 && !picked;
  const orphans = isWhole ? await withoutSuite(config.projectDir, profile.name) : [];

  const { byVersion, problems } = await runChosen(
    suites,
    [{ projectDir: config.projectDir }],
    profile,
    options,
  );
  const runs = byVersion.flat();
  const pairs = runs.flatMap((run): RunPair[] => {
    const base = baselines.get(run.suite);
    const label = baselineFile(run.suite, run.profile);
    return base ? [{ before: { label, run: base }, after: { label: 'this run', run } }] : [];
  });
  const aborted = signal.aborted;
  const report = assembleReport({ runs, pairs, skipped, orphans, aborted, expectsBaselines: true });
  await tellReport(report, options);
  await keepEverywhere(report, options);
  if (problems.length > 0) throw new SuiteProblems(problems.map(tellProblem).join('\n'));
  return report;
}

function picksCases({ agent, case: cases, tag, graph }: EvalFlags): boolean {
  return [agent, cases, tag, graph].some(({ length }) => length > 0);
}

/** By suite. Where only some cases were asked for, the others of the baseline are left aside. */
async function readBaselines(
  projectDir: string,
  suites: readonly Suite[],
  profile: string,
  picked: boolean,
): Promise<Map<string, SuiteRun>> {
  const baselines = new Map<string, SuiteRun>();
  for (const suite of suites) {
    const base = await readBaseline(projectDir, suite.name, profile);
    if (!base) continue;
    const asked = new Set(suite.cases.map(({ id }) => id));
    const cases = picked ? base.cases.filter(({ id }) => asked.has(id)) : base.cases;
    baselines.set(suite.name, { ...base, cases });
  }
  return baselines;
}

/** Suites that have a baseline, and no file anywhere in `evals/`. */
async function withoutSuite(projectDir: string, profile: string): Promise<string[]> {
  const files = await readdir(path.join(projectDir, 'evals'), { recursive: true }).catch(() => []);
  const there = new Set(files.map((file) => path.basename(file).replace(/(\.eval)?\.\w+$/, '')));
  return (await suitesWithBaseline(projectDir, profile)).filter((suite) => !there.has(suite));
}
