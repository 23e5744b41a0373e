import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { migrateDatabase } from './migrate.ts';

/** `baton migrate`. */
export function addMigrateCommand(program: Command): void {
  program
    .command('migrate')
    .description('bring the database up to date')
    .action(() => migrateDatabase(readConfig(), process.stdout));
}
