import type { Command } from 'commander';
import { type Caller, inTenant, localTenant } from '../tenancy.ts';
import { chat } from './chat.ts';
import { withContext } from './with-context.ts';

/** Whoever can run the command can do anything to the database. */
const caller: Caller = {
  tenant: localTenant,
  kind: 'local',
  id: 'local',
  name: 'the command line',
  role: 'admin',
};

/** `baton chat`. */
export function addChatCommand(program: Command): void {
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
      const turn = {
        graph,
        ...(question !== undefined && { question }),
        ...(thread && { threadId: thread }),
      };
      const answered = await withContext((context, signal) =>
        inTenant({ tenant: localTenant, caller }, () => chat(context, { ...turn, input, output, signal })),
      );
      if (!answered) process.exitCode = 1;
    });
}
