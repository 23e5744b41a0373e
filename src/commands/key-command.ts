import type { Command } from 'commander';
import { createKeyCommand, type KeyOptions, printKeys, revokeKeyCommand, rotateKeyCommand } from './key.ts';
import { withDatabase } from './with-database.ts';

/** `baton key create`, `list`, `revoke` and `rotate`. */
export function addKeyCommands(program: Command): void {
  const key = program.command('key').description('what callers show to be let in');
  addCreate(key);
  addList(key);
  addRevoke(key);
  addRotate(key);
}

function addCreate(key: Command): void {
  key
    .command('create')
    .description('make a key and print it, this once')
    .requiredOption('--tenant <id>', 'whose')
    .option('--role <role>', 'viewer, member, engineer or admin', 'member')
    .option('--name <text>', 'what it is for', 'key')
    .option('--graphs <names...>', 'the graphs that it may use; all unless given')
    .option('--scopes <names...>', 'what of its role it may do, such as runs:write; all unless given')
    .option('--expires <time>', 'when it ends, such as 90d; never unless given')
    .option('--operator', 'it may make tenants; with the role admin')
    .action((options: KeyOptions) =>
      withDatabase(({ db }) => createKeyCommand({ db, output: process.stdout }, options)),
    );
}

function addList(key: Command): void {
  key
    .command('list')
    .description('print the keys of a tenant')
    .requiredOption('--tenant <id>', 'whose')
    .action(({ tenant }: { tenant: string }) =>
      withDatabase(({ db }) => printKeys({ db, output: process.stdout }, tenant)),
    );
}

function addRevoke(key: Command): void {
  key
    .command('revoke')
    .description('take a key back')
    .argument('<id>', 'which: what stands before its secret')
    .action((id: string) => withDatabase(({ db }) => revokeKeyCommand({ db, output: process.stdout }, id)));
}

function addRotate(key: Command): void {
  key
    .command('rotate')
    .description('give a key another secret and print it, this once')
    .argument('<id>', 'which: what stands before its secret')
    .option('--grace <time>', 'how long the secret it had stays good', '24h')
    .action((id: string, { grace }: { grace: string }) =>
      withDatabase(({ db }) => rotateKeyCommand({ db, output: process.stdout }, id, grace)),
    );
}
