import type { Command } from 'commander';
import { localTenant } from '../tenancy.ts';
import { type BudgetOptions, listBudgetsCommand, removeBudgetCommand, setBudgetCommand } from './budget.ts';
import { withDatabase } from './with-database.ts';

/** `baton budget set`, `list` and `remove`. */
export function addBudgetCommands(program: Command): void {
  const budget = program.command('budget').description('what tenants may spend on models');
  addSet(budget);
  addList(budget);
  addRemove(budget);
}

function addSet(budget: Command): void {
  budget
    .command('set')
    .description('set what may be spent, in dollars or tokens; days and months are those of UTC')
    .option('--tenant <id>', 'whose', localTenant)
    .option('--daily <amount>', 'a day')
    .option('--monthly <amount>', 'a month')
    .option('--total <amount>', 'in all')
    .option('--run <amount>', 'for each run')
    .option('--tokens', 'amounts are tokens')
    .option('--user <id>', 'of one user, or * for each by itself')
    .option('--graph <name>', 'of one graph, or * for each by itself')
    .option('--alerts <percents>', 'when to tell: 50,80,100')
    .option('--webhook <url>', 'whom to tell')
    .action(({ tenant, ...options }: BudgetOptions & { tenant: string }) =>
      withDatabase(({ db }, config) =>
        setBudgetCommand({ db, config, tenant, output: process.stdout }, options),
      ),
    );
}

function addList(budget: Command): void {
  budget
    .command('list')
    .description('print budgets, and what is spent of them')
    .option('--tenant <id>', 'whose', localTenant)
    .action(({ tenant }: { tenant: string }) =>
      withDatabase(({ db }) => listBudgetsCommand({ db, tenant, output: process.stdout })),
    );
}

function addRemove(budget: Command): void {
  budget
    .command('remove')
    .description('remove a budget')
    .argument('<id>', 'as list prints it')
    .option('--tenant <id>', 'whose', localTenant)
    .action((id: string, { tenant }: { tenant: string }) =>
      withDatabase(({ db }) => removeBudgetCommand({ db, tenant, output: process.stdout }, id)),
    );
}
