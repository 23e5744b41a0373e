import { openDatabase } from '../app-context.ts';
import type { Config } from '../config.ts';
import { migrate } from '../db/migrate.ts';
import { patientLimits } from '../db/session-limits.ts';
import { openLog } from '../log.ts';

/** Brings the database up to date and prints what ran. */
export async function migrateDatabase(config: Config, output: NodeJS.WritableStream): Promise<void> {
  const database = await openDatabase(config, openLog(config.log.level, config.log.pretty), patientLimits);
  try {
    const ran = await migrate(database.db);
    for (const name of ran) output.write(`${name}\n`);
    output.write(ran.length > 0 ? `${ran.length} migrations ran.\n` : 'The database is up to date.\n');
  } finally {
    await database.close();
  }
}
