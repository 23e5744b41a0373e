import type { Command } from 'commander';
import { type UsageOptions, usageCommand } from './usage.ts';
import { withDatabase } from './with-database.ts';

/** `baton usage`. */
export function addUsageCommand(program: Command): void {
  program
    .command('usage')
    .description('print what models took and cost')
    .option('--tenant <id>', 'whose; all of them unless given')
    .option(
      '--by <keys>',
      'a line for each: tenant, day, month, user, graph, agent, model, key, run, …',
      'tenant,day,model',
    )
    .option('--from <day>', 'the first day, in UTC; this month unless given')
    .option('--to <day>', 'the day after the last')
    .option('--csv', 'as CSV, with all columns')
    .action((options: UsageOptions) =>
      withDatabase(({ db }) => usageCommand({ db, output: process.stdout }, options)),
    );
}
