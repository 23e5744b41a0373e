import type { Command } from 'commander';
import { loadProject } from '../handoff/load-project.ts';
import { sqlPolicyOf } from '../handoff/sql-policy-of.ts';
import { inTenant, localTenant } from '../tenancy.ts';
import { runSqlCommand } from './sql.ts';
import { withContext } from './with-context.ts';

interface SqlOptions {
  graph: string;
  check?: boolean;
}

/** `baton sql`. */
export function addSqlCommand(program: Command): void {
  program
    .command('sql')
    .description(
      'run a statement as the SQL agent of a graph would, or say why not; without one, read JSON lines',
    )
    .argument('[statement]', 'one select')
    .requiredOption('--graph <name>', 'the graph whose policy holds')
    .option('--check', 'only say whether it may run')
    .action(async (statement: string | undefined, { graph, check: only = false }: SqlOptions) => {
      const policy = sqlPolicyOf(await loadProject(process.cwd()), graph);
      const command = { policy, statement, check: only, input: process.stdin, output: process.stdout };
      const accepted = only
        ? await runSqlCommand(command)
        : await withContext(({ database }, signal) =>
            inTenant(localTenant, () => runSqlCommand({ ...command, database, signal })),
          );
      if (!accepted) process.exitCode = 1;
    });
}
