import { Command } from 'commander';
import { type AppContext, openContext, openDatabase } from './app-context.ts';
import { chat } from './commands/chat.ts';
import { check } from './commands/check.ts';
import { importFilms } from './commands/import.ts';
import { migrateDatabase } from './commands/migrate.ts';
import { serveUntilStopped } from './commands/serve.ts';
import { showProgress } from './commands/show-progress.ts';
import { runSqlCommand } from './commands/sql.ts';
import { writeSchemas } from './commands/write-schemas.ts';
import { readConfig } from './config.ts';
import { migrate } from './db/migrate.ts';
import { noLimits } from './db/session-limits.ts';
import { CallerError, ConfigError, errorMessage, StartError } from './errors.ts';
import { unknownName } from './handoff/file-problem.ts';
import { loadProject } from './handoff/load-project.ts';
import { sqlPolicyOf } from './handoff/sql-policy-of.ts';
import { openLog } from './log.ts';
import { openModels } from './model/open-models.ts';

const program = new Command('baton')
  .description('Runs, checks and asks graphs of agents that hand over to one another.')
  .showHelpAfterError();

program
  .command('serve')
  .description('serve the graphs over HTTP')
  .action(() => serveUntilStopped(readConfig()));

program
  .command('chat')
  .description(
    'run a turn here and print it hop by hop; without a question, each line of standard input is one',
  )
  .argument('<graph>', 'a graph, such as films')
  .argument('[question]', 'what to ask')
  .option('--thread <id>', 'go on with a thread')
  .action(async (graph: string, question: string | undefined, { thread }: { thread?: string }) => {
    const { stdin: input, stdout: output } = process;
    const turn = { graph, ...(question !== undefined && { question }), ...(thread && { threadId: thread }) };
    const answered = await withContext((context, signal) =>
      chat(context, { ...turn, input, output, signal }),
    );
    if (!answered) process.exitCode = 1;
  });

program
  .command('check')
  .description('check agents, graphs and tools, and draw the graphs')
  .action(async () => {
    if (!(await check(process.cwd(), process.stdout))) process.exitCode = 1;
  });

program
  .command('sql')
  .description(
    'run a statement as the SQL agent of a graph would, or say why not; without one, read JSON lines',
  )
  .argument('[statement]', 'one select')
  .requiredOption('--graph <name>', 'the graph whose policy holds')
  .option('--check', 'only say whether it may run')
  .action(
    async (
      statement: string | undefined,
      { graph, check: only = false }: { graph: string; check?: boolean },
    ) => {
      const policy = sqlPolicyOf(await loadProject(process.cwd()), graph);
      const command = { policy, statement, check: only, input: process.stdin, output: process.stdout };
      const accepted = only
        ? await runSqlCommand(command)
        : await withContext(({ database }, signal) => runSqlCommand({ ...command, database, signal }));
      if (!accepted) process.exitCode = 1;
    },
  );

program
  .command('import')
  .description('replace the film shop by a dump of the real one')
  .argument('<what>', 'films')
  .argument('<folder>', 'the folder that holds the dump: *.sql, *.sql.gz')
  .action(async (what: string, folder: string) => {
    if (what !== 'films')
      throw new CallerError('invalid-request', unknownName('thing to import', what, ['films']));
    const config = readConfig();
    const log = openLog(quieter(config.log.level), config.log.pretty);
    const database = await openDatabase(config, log, noLimits);
    try {
      await migrate(database.db);
      const { embedder } = openModels(config.models, log);
      await importFilms({ database, embedder }, folder, (line) => process.stderr.write(`${line}\n`));
    } finally {
      await database.close();
    }
  });

program
  .command('migrate')
  .description('bring the database up to date')
  .action(() => migrateDatabase(readConfig(), process.stdout));

program
  .command('schemas')
  .description('write the JSON Schemas of agent and graph files')
  .argument('[folder]', 'where to', 'schemas')
  .action((folder: string) => writeSchemas(folder));

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(); // whoever read the output has seen enough
});

program.parseAsync().catch((error: unknown) => {
  const expected = [ConfigError, CallerError, StartError].some((kind) => error instanceof kind);
  const text = expected || !(error instanceof Error) ? errorMessage(error) : error.stack;
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
});

/** Opens everything for one command and closes it after; an interrupt from the keyboard aborts the signal. */
async function withContext<Result>(
  work: (context: AppContext, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const config = readConfig();
  const log = openLog(quieter(config.log.level), config.log.pretty);
  const context = await openContext(config, log, {
    progress: showProgress(process.stderr),
  });
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  try {
    return await work(context, controller.signal);
  } finally {
    await context.close(0);
  }
}

/** A terminal that shows a turn does not want the log of it as well. */
function quieter(level: string): string {
  return level === 'info' ? 'warn' : level;
}
