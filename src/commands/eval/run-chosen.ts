import type { Config } from '../../config.ts';
import { showLive } from '../../eval/reports/show-live.ts';
import { type Profile, refuseAsking } from '../../eval/running/profile.ts';
import type { RunHearing } from '../../eval/running/run-hearing.ts';
import { runSuites, type SuitesRun, type Version } from '../../eval/running/run-suites.ts';
import type { Suite } from '../../eval/suite.ts';
import type { Logger } from '../../log.ts';
import { showProgress } from '../show-progress.ts';
import type { EvalFlags } from './eval-flags.ts';
import type { EvalStreams } from './eval-streams.ts';

export interface RunChosen extends EvalStreams {
  config: Config;
  log: Logger;
  flags: Pick<EvalFlags, 'repeat' | 'concurrency' | 'cassettes' | 'traceJudges'>;
  signal: AbortSignal;
}

/** Runs suites on versions of the project and shows how far it is. */
export async function runChosen(
  suites: readonly Suite[],
  versions: readonly Version[],
  profile: Profile,
  { config, log, flags, signal, progress }: RunChosen,
): Promise<SuitesRun> {
  refuseAsking(profile, flags.cassettes);
  const repeats = flags.repeat;
  const total = suites.reduce((sum, suite) => sum + suite.cases.length * (repeats ?? suite.repeat), 0);
  const live = showLive(progress, { total: total * versions.length });
  const hear: RunHearing = { prepare: showProgress(progress), attempt: live.attempt };
  try {
    return await runSuites(suites, versions, {
      ...{ config, log, profile, repeats, signal, hear },
      concurrency: flags.concurrency,
      tracesJudges: flags.traceJudges,
      tape: flags.cassettes && { dir: `${config.projectDir}/evals/cassettes`, mode: flags.cassettes },
    });
  } finally {
    live.stop();
  }
}
