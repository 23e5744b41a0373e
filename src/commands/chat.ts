import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { validate as isUuid } from 'uuid';
import type { AppContext } from '../app-context.ts';
import { CallerError } from '../errors.ts';
import { acceptTurn } from '../turn/accept-turn.ts';
import { watchRun } from '../turn/watch-run.ts';
import { eventPrinter } from './print-event.ts';

export interface ChatOptions {
  graph: string;
  /** One turn; absent: every line of `input` is one. */
  question?: string;
  /** A thread to go on with. */
  threadId?: string;
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
  signal: AbortSignal;
}

/** Runs turns in this process and prints them hop by hop. Returns whether every turn came to its answer. */
export async function chat(context: AppContext, options: ChatOptions): Promise<boolean> {
  const { question, input, output, signal } = options;
  if (options.threadId !== undefined && !isUuid(options.threadId)) {
    throw new CallerError('invalid-request', `A thread's id is a UUID, and "${options.threadId}" is not.`);
  }
  if (question !== undefined) return (await runTurn(context, options, question, options.threadId)).answered;

  const lines = createInterface({ input, output, terminal: output.isTTY === true, prompt: '> ', signal });
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT')); // a terminal's Ctrl-C does not reach the process otherwise
  let { threadId } = options;
  let answered = true;
  let open = true;
  lines.once('close', () => {
    open = false; // the lines that were read by then are still to come
  });
  lines.prompt();
  for await (const line of lines) {
    if (line.trim()) {
      const turn = await runTurn(context, options, line, threadId);
      threadId = turn.threadId;
      answered &&= turn.answered;
    }
    if (signal.aborted) return false;
    if (open) lines.prompt();
  }
  return answered;
}

async function runTurn(
  context: AppContext,
  { graph, output, signal }: ChatOptions,
  question: string,
  thread: string | undefined,
): Promise<{ threadId: string; answered: boolean }> {
  const { threadId, runId } = await acceptTurn(context, {
    graph,
    ...(thread && { threadId: thread }),
    ifNotExists: 'reject',
    input: [{ type: 'human', id: randomUUID(), content: question }],
    metadata: {},
    kwargs: {},
    multitask: 'enqueue',
  });
  const print = eventPrinter(output, threadId);
  let answered = false;
  for await (const event of watchRun(context, { threadId, runId, signal })) {
    print(event);
    answered = event.type === 'turn-end';
  }
  return { threadId, answered };
}
