import { z } from 'zod';
import { readHistory, readState, type ThreadState } from '../../../turn/thread-state.ts';
import { checkInput } from '../../check-input.ts';
import { inputSchema } from '../read-input.ts';
import { type Command, threadOf } from './command.ts';
import { CommandError } from './command-error.ts';
import { configSchema, namespaceSchema, readConfigurable } from './command-schema.ts';
import { protocolValues } from './protocol-values.ts';
import { assistantOf, startTurn } from './start-turn.ts';

const getSchema = z.object({ namespace: namespaceSchema, keys: z.array(z.string()).nullish() });
const listSchema = z.object({
  namespace: namespaceSchema,
  limit: z.int().min(1).max(1000).default(10),
  before: z.string().min(1).nullish(),
});
const forkSchema = z.object({
  checkpoint_id: z.string().min(1),
  input: inputSchema.nullish(),
  config: configSchema,
});

/** `state.get`: the newest state, or some of its keys. */
export async function stateGet(command: Command): Promise<object> {
  const { namespace, keys } = checkInput(getSchema, command.params);
  assertRoot(namespace);
  const { thread_id } = threadOf(command);
  const state = await readState(command.context, thread_id);
  const entries = Object.entries(state ? protocolValues(state.values) : {});
  return {
    values: Object.fromEntries(entries.filter(([key]) => keys?.includes(key) ?? true)),
    ...(state && { checkpoint: { id: state.checkpointId, ns: '' } }),
  };
}

/** `state.listCheckpoints`: the saved states, newest first, those before a checkpoint when `before` names one. */
export async function listCheckpoints(command: Command): Promise<object> {
  const { namespace, limit, before } = checkInput(listSchema, command.params);
  assertRoot(namespace);
  const { thread_id } = threadOf(command);
  const states = await readHistory(command.context, thread_id, { limit, ...(before && { before }) });
  return { checkpoints: states.map(summaryOf) };
}

/** `state.fork`: goes on from an older state, with an input or with nothing new. */
export async function stateFork(command: Command): Promise<object> {
  const { checkpoint_id, input, config } = checkInput(forkSchema, command.params);
  const thread = threadOf(command);
  const { context, threadId, idempotency, params: kwargs } = command;
  const { configurable } = readConfigurable(config);
  const assistant = assistantOf(thread);
  const run = { threadId, assistant, config: { ...config, configurable }, idempotency, kwargs };
  const turn = { checkpointId: checkpoint_id, ...(input ? { input } : { input: [], proceed: true }) };
  return { run_id: await startTurn(context, run, turn), thread_id: threadId };
}

function summaryOf({ checkpointId, createdAt, metadata }: ThreadState): object {
  return { id: checkpointId, timestamp: createdAt, step: Number(metadata.step ?? 0), metadata };
}

function assertRoot(namespace: string[] | null | undefined): void {
  if (!namespace?.length) return;
  throw new CommandError('no_such_namespace', 'There is only the root namespace here: graphs are flat.');
}
