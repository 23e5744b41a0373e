import type { Command } from 'commander';
import { makeTenant, printTenants, suspendTenant } from './tenant.ts';
import { withDatabase } from './with-database.ts';

/** `baton tenant create`, `list`, `suspend` and `resume`. */
export function addTenantCommands(program: Command): void {
  const tenant = program.command('tenant').description('the organisations that share the service');

  tenant
    .command('create')
    .description('make a tenant')
    .argument('<id>', 'small letters, digits and hyphens')
    .option('--name <text>', 'what it is called')
    .action((id: string, { name }: { name?: string }) =>
      withDatabase(({ db }) => makeTenant({ db, output: process.stdout }, id, name)),
    );

  tenant
    .command('list')
    .description('print all tenants')
    .action(() => withDatabase(({ db }) => printTenants({ db, output: process.stdout })));

  addSwitch(tenant, 'suspend', true);
  addSwitch(tenant, 'resume', false);
}

function addSwitch(tenant: Command, name: string, suspended: boolean): void {
  tenant
    .command(name)
    .description(suspended ? 'refuse its requests and let its runs wait' : 'let it go on')
    .argument('<id>', 'which')
    .action((id: string) =>
      withDatabase(({ db }) => suspendTenant({ db, output: process.stdout }, id, suspended)),
    );
}
