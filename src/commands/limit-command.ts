import type { Command } from 'commander';
import { localTenant } from '../tenancy.ts';
import { listLimitsCommand, readAmount, setLimitsCommand } from './limit.ts';
import { withDatabase } from './with-database.ts';

/** `baton limit list`, `set` and `clear`. */
export function addLimitCommands(program: Command): void {
  const limit = program.command('limit').description('how much tenants and keys may ask');
  addList(limit);
  addSet(limit);
  addClear(limit);
}

function addList(limit: Command): void {
  limit
    .command('list')
    .description('print the limits that hold for a tenant')
    .option('--tenant <id>', 'whose', localTenant)
    .action(({ tenant }: { tenant: string }) =>
      withDatabase(({ db }, config) => listLimitsCommand({ db, config, tenant, output: process.stdout })),
    );
}

interface OwnerOptions {
  tenant: string;
  /** The id of the one key of the tenant that is meant. */
  key?: string;
}

function addSet(limit: Command): void {
  limit
    .command('set')
    .description('set limits of a tenant, or of one of its keys')
    .option('--tenant <id>', 'whose', localTenant)
    .option('--key <id>', 'the one key that it is for')
    .argument('<limits...>', 'such as turns=60/1m user=off')
    .action((limits: string[], { tenant, key: keyId }: OwnerOptions) =>
      withDatabase(({ db }, config) =>
        setLimitsCommand(
          { db, config, tenant, output: process.stdout },
          { amounts: Object.fromEntries(limits.map(readAmount)), keyId },
        ),
      ),
    );
}

function addClear(limit: Command): void {
  limit
    .command('clear')
    .description('have the limits of the service hold again')
    .option('--tenant <id>', 'whose', localTenant)
    .option('--key <id>', 'the one key that had its own')
    .argument('<names...>', 'such as turns user')
    .action((names: string[], { tenant, key: keyId }: OwnerOptions) =>
      withDatabase(({ db }, config) =>
        setLimitsCommand(
          { db, config, tenant, output: process.stdout },
          { amounts: Object.fromEntries(names.map((name) => [name, null])), keyId },
        ),
      ),
    );
}
