import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../../config.ts';
import { CallerError } from '../../errors.ts';
import { writeBaseline } from '../../eval/comparing/baseline.ts';
import { passShare, type SuiteRun } from '../../eval/suite-run.ts';
import type { EvalStreams } from './eval-streams.ts';
import { findReport } from './run-folder.ts';

/**
 * `baton eval bless`: makes what a kept run gave the baseline of its suites. Refuses, with a `CallerError`, runs that are not whole and those
 * of other agents and graphs than are there now; then nothing is written.
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
  const refuse = (why: string) => {
    throw new CallerError('conflict', `${run.suite} cannot be blessed: ${why}. Nothing was written.`);
  };
  if (run.interrupted) refuse('its run was interrupted');
  const unscored = run.cases.filter(({ attempts }) =>
    attempts.some(({ outcome }) => outcome === 'errored' || outcome === 'stale'),
  );
  if (unscored.length > 0)
    refuse(
      `${unscored
        .map(({ id }) => id)
        .slice(0, 5)
        .join(', ')} could not be scored`,
    );
  for (const [file, text] of Object.entries(run.files)) {
    const now = await readFile(path.join(projectDir, file), 'utf8').catch(() => undefined);
    if (now !== undefined && now !== text) refuse(`${file} was changed after its run`);
  }
}
