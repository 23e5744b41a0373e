import type { Command } from 'commander';
import { localTenant } from '../tenancy.ts';
import {
  addModelKey,
  type ModelKeyCommand,
  type ModelKeyOptions,
  printModelKeys,
  removeModelKey,
  switchModelKey,
} from './model-key.ts';
import { withDatabase } from './with-database.ts';

/** `baton model-key add`, `list`, `remove`, `disable` and `enable`. */
export function addModelKeyCommands(program: Command): void {
  const modelKey = program.command('model-key').description('keys of model providers, kept sealed');
  addAdd(modelKey);
  addList(modelKey);
  addRemove(modelKey);
  addSwitch(modelKey, 'disable', true);
  addSwitch(modelKey, 'enable', false);
}

function addAdd(modelKey: Command): void {
  modelKey
    .command('add')
    .description('keep a key; its secret comes in over standard input, or is in a variable')
    .requiredOption('--provider <name>', 'such as openai')
    .option('--tenant <id>', 'whose', localTenant)
    .option('--shared', 'the service’s, for all tenants that have none of their own')
    .option('--name <text>', 'what it is called')
    .option('--base-url <url>', 'where OpenAI’s protocol is spoken, where that is not known of the provider')
    .option('--models <names...>', 'which it serves; all unless given')
    .option('--weight <number>', 'how much it is asked in proportion to the others')
    .option('--max-concurrency <number>', 'requests at once')
    .option('--requests-per-minute <number>', 'of each process')
    .option('--tokens-per-minute <number>', 'of each process')
    .option('--from-env <name>', 'the variable that holds the secret')
    .action(({ tenant, shared, ...options }: OwnerOptions & ModelKeyOptions) =>
      withModelKeys({ tenant, shared }, (command) =>
        addModelKey(command, options, { input: process.stdin, prompt: process.stderr }),
      ),
    );
}

function addList(modelKey: Command): void {
  modelKey
    .command('list')
    .description('print the keys, the oldest first')
    .option('--tenant <id>', 'whose', localTenant)
    .option('--shared', 'the service’s')
    .action((owner: OwnerOptions) => withModelKeys(owner, printModelKeys));
}

function addRemove(modelKey: Command): void {
  modelKey
    .command('remove')
    .description('delete a key')
    .argument('<id>', 'which')
    .option('--tenant <id>', 'whose', localTenant)
    .option('--shared', 'the service’s')
    .action((id: string, owner: OwnerOptions) =>
      withModelKeys(owner, (command) => removeModelKey(command, id)),
    );
}

function addSwitch(modelKey: Command, name: string, disabled: boolean): void {
  modelKey
    .command(name)
    .description(disabled ? 'ask nothing of a key' : 'use a key again')
    .argument('<id>', 'which')
    .option('--tenant <id>', 'whose', localTenant)
    .option('--shared', 'the service’s')
    .action((id: string, owner: OwnerOptions) =>
      withModelKeys(owner, (command) => switchModelKey(command, id, disabled)),
    );
}

interface OwnerOptions {
  tenant: string;
  /** The service, not the tenant. */
  shared?: boolean | undefined;
}

function withModelKeys(
  { tenant, shared = false }: OwnerOptions,
  work: (command: ModelKeyCommand) => Promise<void>,
): Promise<void> {
  const owner = shared ? null : tenant;
  return withDatabase(({ db }, { secrets, models }) => {
    const ring = { db, secretKeys: secrets.keys, allow: models.allow };
    return work({ ring, owner, output: process.stdout });
  });
}
