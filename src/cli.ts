import { Command } from 'commander';
import { openContext } from './app-context.ts';
import { chat } from './commands/chat.ts';
import { check } from './commands/check.ts';
import { migrateDatabase } from './commands/migrate.ts';
import { serveUntilStopped } from './commands/serve.ts';
import { showProgress } from './commands/show-progress.ts';
import { writeSchemas } from './commands/write-schemas.ts';
import { readConfig } from './config.ts';
import { CallerError, ConfigError, errorMessage } from './errors.ts';
import { openLog } from './log.ts';

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
  .action(async (graph: string, question: string | undefined, options: { thread?: string }) => {
    const config = readConfig();
    const context = await openContext(config, openLog(quieter(config.log.level), config.log.pretty), {
      progress: showProgress(process.stderr),
    });
    const controller = new AbortController();
    process.once('SIGINT', () => controller.abort());
    try {
      const { stdin: input, stdout: output } = process;
      const turn = {
        graph,
        ...(question !== undefined && { question }),
        ...(options.thread && { threadId: options.thread }),
      };
      if (!(await chat(context, { ...turn, input, output, signal: controller.signal }))) process.exitCode = 1;
    } finally {
      await context.close(0);
    }
  });

program
  .command('check')
  .description('check agents, graphs and tools, and draw the graphs')
  .action(async () => {
    if (!(await check(process.cwd(), process.stdout))) process.exitCode = 1;
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

program.parseAsync().catch((error: unknown) => {
  const expected = error instanceof ConfigError || error instanceof CallerError;
  const text = expected || !(error instanceof Error) ? errorMessage(error) : error.stack;
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
});

/** A terminal that shows a turn does not want the log of it as well. */
function quieter(level: string): string {
  return level === 'info' ? 'warn' : level;
}
