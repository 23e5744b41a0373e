import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../../config.ts';
import { CallerError } from '../../errors.ts';
import { writeBaseline } from '../../eval/comparing/baseline.ts';
import { passShare, type SuiteRun } from '../../eval/suite-run.ts';
import { readSuites } from '../../eval/suites/read-suites.ts';
import type { EvalStreams } from './eval-streams.ts';
import { findReport } from './run-folder.ts';

/**
 * `baton eval bless`: makes what a kept run gave the baseline of its suites. Refuses, with a `CallerError`, runs that are not whole, and those of
 * other cases, agents and graphs than are there now; then nothing is written.
 */
export async function bless(
  names: string[],
  run: string,
  { config, output }: Pick<EvalStreams, 'output'> & { config: Pick<Config, 'projectDir' | 'database'> },
): Promise<void> {
  const report = await findReport(config, run);
  const missing = names.filter((name) => !report.runs.some(({ suite }) => suite === name));
  if (missing.length > 0)
    throw new CallerError(
      'not-found',
      `The run has no suite ${missing.join(', ')}: run "baton eval ${missing.join(' ')}" first.`,
    );
  const runs = report.runs.filter(({ suite }) => names.length === 0 || names.includes(suite));
  for (const one of runs) await refuseUnfit(config.projectDir, one);
  for (const one of runs) {
    const file = await writeBaseline(config.projectDir, one);
    const passed = one.cases.filter((tried) => passShare(tried) === 1).length;
    output.write(`${file}: ${passed} of ${one.cases.length} cases pass\n`);
  }
}

async function refuseUnfit(projectDir: string, run: SuiteRun): Promise<void> {
  const why = (await whyNotWhole(projectDir, run)) ?? (await whatChanged(projectDir, run));
  if (why) throw new CallerError('conflict', `${run.suite} cannot be blessed: ${why}. Nothing was written.`);
}

/** Why a run does not say of its suite, as it is now, what came of it. */
async function whyNotWhole(projectDir: string, run: SuiteRun): Promise<string | undefined> {
  if (run.interrupted) return 'its run was interrupted';
  const unscored = run.cases.filter(({ attempts }) =>
    attempts.some(({ outcome }) => outcome === 'errored' || outcome === 'stale'),
  );
  if (unscored.length > 0) return `${listed(unscored.map(({ id }) => id))} could not be scored`;
  const { suites } = await readSuites(projectDir, [run.suite]);
  const suite = suites.find(({ name }) => name === run.suite);
  if (!suite) return 'there is no such suite here, or it cannot be read';
  if (suite.graph !== run.graph) return `another graph was asked, ${run.graph}`;
  const ran = new Map(run.cases.map(({ id, hash }) => [id, hash]));
  const others = suite.cases.filter(({ id, hash }) => ran.get(id) !== hash);
  if (others.length > 0)
    return `its run has not, or not as they are now, ${listed(others.map(({ id }) => id))}`;
  return ran.size > suite.cases.length ? 'its run has cases that are gone' : undefined;
}

async function whatChanged(projectDir: string, { files }: SuiteRun): Promise<string | undefined> {
  for (const [file, text] of Object.entries(files)) {
    const now = await readFile(path.join(projectDir, file), 'utf8').catch(() => undefined);
    if (now !== text) return `${file} was changed after its run`;
  }
}

function listed(ids: string[]): string {
  return ids.slice(0, 5).join(', ') + (ids.length > 5 ? ` and ${ids.length - 5} more` : '');
}
