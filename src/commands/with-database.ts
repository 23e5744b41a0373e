import { openDatabase } from '../app-context.ts';
import { type Config, readConfig } from '../config.ts';
import { migrate } from '../db/migrate.ts';
import type { Database } from '../db/open-database.ts';
import { patientLimits } from '../db/session-limits.ts';
import type { Logger } from '../log.ts';
import { openQuietLog } from './open-quiet-log.ts';

/** Opens the database alone, up to date, for one command and closes it after. */
export async function withDatabase<Result>(
  work: (database: Database, config: Config, log: Logger) => Promise<Result>,
): Promise<Result> {
  const config = readConfig();
  const log = openQuietLog(config);
  const database = await openDatabase(config, log, patientLimits);
  try {
    await migrate(database.db);
    return await work(database, config, log);
  } finally {
    await database.close();
  }
}
