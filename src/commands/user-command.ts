import type { Command } from 'commander';
import {
  createUserCommand,
  importUsersCommand,
  listUsersCommand,
  setStatusCommand,
  type UserOptions,
} from './user.ts';
import { withDatabase } from './with-database.ts';

/** `baton user create`, `import`, `list`, `disable` and `enable`. */
export function addUserCommands(program: Command): void {
  const user = program.command('user').description('the people of a tenant, who log in with a password');
  addCreate(user);
  addImport(user);
  addList(user);
  addSwitch(user, 'disable', 'disabled');
  addSwitch(user, 'enable', 'active');
}

function addCreate(user: Command): void {
  user
    .command('create')
    .description('add a user; the password is asked for, or piped in')
    .requiredOption('--tenant <id>', 'whose')
    .requiredOption('--email <address>', 'what they log in with')
    .option('--name <text>', 'what they are called')
    .option('--role <role>', 'viewer, member, engineer or admin', 'member')
    .option('--graphs <names...>', 'the graphs that they may use; all unless given')
    .action(({ tenant, ...fields }: UserOptions) =>
      withDatabase(({ db }) =>
        createUserCommand({ db, tenant, output: process.stdout }, fields, {
          input: process.stdin,
          prompt: process.stderr,
        }),
      ),
    );
}

function addImport(user: Command): void {
  user
    .command('import')
    .description(
      'add users with their hashes from elsewhere: JSON lines of email, name, role, graphs, password_hash',
    )
    .requiredOption('--tenant <id>', 'whose')
    .action(async ({ tenant }: { tenant: string }) => {
      const all = await withDatabase(({ db }) =>
        importUsersCommand({ db, tenant, output: process.stdout }, process.stdin),
      );
      if (!all) process.exitCode = 1;
    });
}

function addList(user: Command): void {
  user
    .command('list')
    .description('print the users of a tenant')
    .requiredOption('--tenant <id>', 'whose')
    .action(({ tenant }: { tenant: string }) =>
      withDatabase(({ db }) => listUsersCommand({ db, tenant, output: process.stdout })),
    );
}

function addSwitch(user: Command, name: string, status: 'active' | 'disabled'): void {
  user
    .command(name)
    .description(status === 'disabled' ? 'log a user out everywhere, and in no more' : 'let a user in again')
    .requiredOption('--tenant <id>', 'whose')
    .requiredOption('--email <address>', 'which')
    .action(({ tenant, email }: { tenant: string; email: string }) =>
      withDatabase(({ db }) => setStatusCommand({ db, tenant, output: process.stdout }, email, status)),
    );
}
