import type { Command } from 'commander';
import { rotateSecretsCommand } from './secrets.ts';
import { withDatabase } from './with-database.ts';

/** `baton secrets rotate`. */
export function addSecretsCommands(program: Command): void {
  program
    .command('secrets')
    .description('what the database keeps sealed')
    .command('rotate')
    .description('seal everything under the first key of BATON_SECRET_KEYS')
    .action(async () => {
      const whole = await withDatabase(({ db }, { secrets }) =>
        rotateSecretsCommand(db, secrets.keys, process.stdout),
      );
      if (!whole) process.exitCode = 1;
    });
}
