import { existsSync } from 'node:fs';
import path from 'node:path';
import { openDatabase } from '../../app-context.ts';
import type { Config } from '../../config.ts';
import { FolderInUseError } from '../../db/lock-file.ts';
import { migrate } from '../../db/migrate.ts';
import { patientLimits } from '../../db/session-limits.ts';
import { errorMessage } from '../../errors.ts';
import type { EvalReport } from '../../eval/comparison.ts';
import { keepReport } from '../../eval/results/keep-report.ts';
import type { Logger } from '../../log.ts';
import { inTenant, localTenant } from '../../tenancy.ts';
import type { EvalStreams } from './eval-streams.ts';

interface KeepEverywhere extends Pick<EvalStreams, 'progress'> {
  config: Config;
  log: Logger;
  flags: { keep: boolean };
}

/**
 * Keeps a report in the project's database too, where there is one: that of `DATABASE_URL`, or the embedded one once something made it. One
 * that cannot be had is no fault of the run: what it would have held is in the folder of the run.
 */
export async function keepEverywhere(
  report: EvalReport,
  { config, log, flags, progress }: KeepEverywhere,
): Promise<void> {
  const { url, dataDir } = config.database;
  if (!flags.keep || report.runs.length === 0) return;
  if (!url && !existsSync(path.join(dataDir, 'db'))) return;
  try {
    const database = await openDatabase(config, log, patientLimits);
    try {
      await migrate(database.db);
      await inTenant(localTenant, () => keepReport(database.db, report));
    } finally {
      await database.close();
    }
  } catch (error) {
    const why = error instanceof FolderInUseError ? 'a service has it open' : errorMessage(error);
    progress.write(`The results are not in the database (${why}): post run.json to /api/v1/evals.\n`);
  }
}
