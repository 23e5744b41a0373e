import type { z } from 'zod';
import type { AppContext } from '../../../app-context.ts';
import { findAcceptedRun } from '../../../db/idempotency-keys.ts';
import { getThread, type Thread } from '../../../db/threads.ts';
import type { Logger } from '../../../log.ts';
import type { Json } from '../../../message.ts';
import type { IdempotencyClaim } from '../../../turn/turn-request.ts';
import { checkInput } from '../../check-input.ts';
import { cleanJson } from '../../clean-json.ts';
import { faultOf } from '../../fault.ts';
import type { Command } from './command.ts';
import { CommandError, commandErrorOf } from './command-error.ts';
import { commandSchema } from './command-schema.ts';
import { inputRespond } from './input-respond-command.ts';
import { lastSeqOf } from './protocol-event.ts';
import { runStart } from './run-start-command.ts';
import { listCheckpoints, stateFork, stateGet } from './state-commands.ts';
import { getTree } from './tree-command.ts';

/** Carries out a command and gives its result, or undefined where it is answered elsewhere; or throws. */
export type CarryOut = (command: Command) => Promise<object | undefined>;

const methods = new Map<string, CarryOut>([
  ['run.start', runStart],
  ['input.respond', inputRespond],
  ['state.get', stateGet],
  ['state.listCheckpoints', listCheckpoints],
  ['state.fork', stateFork],
  ['agent.getTree', getTree],
  ['input.inject', refuse('A turn that runs takes nothing in: send run.start, which waits for it to end.')],
  ['subscription.reconnect', refuse('Subscribe again: the events come from the first, with the same ids.')],
  ['subscription.subscribe', refuse('Over HTTP, a request to /stream/events is a subscription.')],
  ['subscription.unsubscribe', refuse('Over HTTP, whoever closes a stream has unsubscribed.')],
]);

/** What commands gave that started a run before, under the same idempotency key. */
const replays = new Map<string, (ids: { runId: string; threadId: string }) => object>([
  ['run.start', ({ runId }) => ({ run_id: runId })],
  ['input.respond', () => ({})],
  ['state.fork', ({ runId, threadId }) => ({ run_id: runId, thread_id: threadId })],
]);

/** Where a command came in. */
export interface CommandContext {
  context: AppContext;
  log: Logger;
  threadId: string;
  /** The methods that a connection has beside those of every one. */
  own?: ReadonlyMap<string, CarryOut>;
  /** What makes the command, sent again, one and the same, and who hears that it was sent before. */
  idempotency?: { claim: IdempotencyClaim; onReplay: () => void };
  /** Whether who opened a connection that stays open might still open it. */
  mayGoOn?: (() => Promise<boolean>) | undefined;
  /** Errors that are thrown on, since the connection has a better answer to them. */
  passOn?: (error: unknown) => boolean;
}

/**
 * Carries out what a client sent, and gives the frame to answer it with: `success` or `error`. What a client may not be
 * told is logged.
 */
export async function answerCommand(where: CommandContext, payload: unknown): Promise<object | undefined> {
  try {
    return await carryOut(where, checkInput(commandSchema, cleanJson(payload as Json))); // it was read from JSON
  } catch (error) {
    if (where.passOn?.(error)) throw error;
    return errorFrame(where, idIn(payload), error);
  }
}

async function carryOut(
  { context, threadId, own, idempotency }: CommandContext,
  { id, method, params }: z.output<typeof commandSchema>,
): Promise<object | undefined> {
  const carryOut = own?.get(method) ?? methods.get(method);
  if (!carryOut) throw new CommandError('unknown_command', `There is no command ${method}.`);
  const thread = await getThread(context.db, threadId);
  const claim = idempotency?.claim;
  const replay = replays.get(method);
  const before = replay && claim && (await findAcceptedRun(context.db, claim));
  if (before) idempotency?.onReplay();
  const command = {
    id,
    context,
    threadId,
    thread,
    params: params ?? {},
    ...(claim && { idempotency: claim }),
  };
  const result = before ? replay(before) : await carryOut(command);
  return result && successFrame({ id, threadId, thread }, result);
}

/** The frame that answers a command. The events up to its number happened before the command: those of what it starts come behind. */
export function successFrame(
  { id, threadId, thread }: { id: number; threadId: string; thread: Thread | undefined },
  result: object,
): object {
  const meta = { thread_id: threadId, applied_through_seq: lastSeqOf(thread?.last_seq ?? 0) };
  return { type: 'success', id, result, meta };
}

/** The frame that tells a client what went wrong. `id` is null where no command could be read. */
export function errorFrame({ log }: Pick<CommandContext, 'log'>, id: number | null, error: unknown): object {
  const told = commandErrorOf(error);
  if (!told && faultOf(error).status === 500) log.error({ err: error }, 'a command failed');
  return {
    type: 'error',
    id,
    error: told?.code ?? 'unknown_error',
    message: told?.message ?? faultOf(error).message,
  };
}

function idIn(payload: unknown): number | null {
  const { id } = { id: undefined, ...(payload as object) } as { id?: unknown }; // any JSON: what is no object has no id
  return typeof id === 'number' && Number.isSafeInteger(id) && id >= 0 ? id : null;
}

function refuse(message: string): CarryOut {
  return async () => {
    throw new CommandError('not_supported', message);
  };
}
