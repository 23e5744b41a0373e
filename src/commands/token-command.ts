import type { Command } from 'commander';
import { issueTokenCommand, type TokenOptions } from './token.ts';
import { withDatabase } from './with-database.ts';

/** `baton token issue`. */
export function addTokenCommands(program: Command): void {
  program
    .command('token')
    .description('tokens that the service signs itself')
    .command('issue')
    .description('print a token for somebody who has neither key nor account')
    .requiredOption('--tenant <id>', 'whose')
    .requiredOption('--subject <id>', 'who')
    .option('--role <role>', 'viewer, member, engineer or admin', 'member')
    .option('--graphs <names...>', 'the graphs that they may use; all unless given')
    .option('--ttl <time>', 'how long it is valid, such as 12h; a day unless set')
    .action((options: TokenOptions) =>
      withDatabase(({ db }, config) => issueTokenCommand({ config, db, output: process.stdout }, options)),
    );
}
