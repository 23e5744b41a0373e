import type { Transaction } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { claimKey } from '../db/idempotency-keys.ts';
import { askToStop, listOpenRuns, type Run } from '../db/runs.ts';
import type { Schema } from '../db/schema.ts';
import { CallerError } from '../errors.ts';
import type { LoadedGraph } from '../handoff/load-graph.ts';
import { payForTurns } from '../limits/toll.ts';
import { refuseSpent } from '../usage/refuse-spent.ts';
import { unknownName } from '../yaml/file-problem.ts';
import { stopRun } from './cancel-run.ts';
import { claimThread, knowKept } from './claim-thread.ts';
import { insertRun } from './insert-run.ts';
import { joinQueue } from './join-queue.ts';
import { recordDecision } from './record-decision.ts';
import type { TurnRequest } from './turn-request.ts';
import type { TurnContext } from './turns.ts';

export interface AcceptedTurn {
  runId: string;
  threadId: string;
  /** The turn was accepted before, under the same idempotency key. */
  replayed: boolean;
}

/**
 * Takes a turn: its run, its idempotency key and its place in the thread's order are saved, in one transaction, when this resolves.
 *
 * Throws a `CallerError`: `not-found` for an unknown graph or thread, `conflict` when the thread is busy and `multitask` is
 * `reject` or when the idempotency key was used for something else, `invalid-request` when there is nothing to do,
 * `too-many-requests` when too many runs wait, `payment-required` when a budget is spent, `unavailable` while stopping.
 */
export async function acceptTurn(context: TurnContext, request: TurnRequest): Promise<AcceptedTurn> {
  const [accepted] = await acceptTurns(context, [request]);
  if (!accepted) throw new Error('One turn was to be accepted.');
  return accepted;
}

/** Takes several turns, all or none, as `acceptTurn` takes one. */
export async function acceptTurns(context: TurnContext, requests: TurnRequest[]): Promise<AcceptedTurn[]> {
  if (context.turns.stopping)
    throw new CallerError('unavailable', 'The service is stopping.', { retryAfter: 2 });
  for (const request of requests) refuseNothing(request);
  const asked = requests.map((request) => ({
    request,
    loaded: findGraph(context, request.graph),
    ids: { threadId: request.threadId ?? uuidv7(), runId: uuidv7() },
  }));
  const leave = await joinQueue(context, requests.length);
  const taken = await acceptAll(context, asked).catch((error: unknown) => {
    leave(false);
    throw error;
  });
  leave(true);
  for (const { replayed, version, loaded, stopped, request } of taken) {
    if (replayed) continue;
    context.metrics.runsAccepted.inc({ graph: request.graph });
    if (version === loaded.version) knowKept(loaded);
    for (const run of stopped)
      await stopRun(context, run).catch((error: unknown) => laterAnyway(context, error));
    announce(context, request);
  }
  return taken.map(({ ids, replayed }) => ({ ...(replayed ?? ids), replayed: replayed !== undefined }));
}

interface Asked {
  request: TurnRequest;
  loaded: LoadedGraph;
  ids: { threadId: string; runId: string };
}

async function acceptAll(context: TurnContext, asked: Asked[]): Promise<(Asked & Accepted)[]> {
  await payForTurns(
    context.limits,
    asked.map(({ request }) => request.graph),
  );
  return context.db.transaction().execute(async (trx) => {
    const all = new Map<Asked, Accepted>();
    for (const turn of inLockOrder(asked))
      all.set(turn, await accept(context, trx, turn.ids, turn.loaded, turn.request));
    for (const [{ ids, request }, { replayed }] of all) {
      const { resume } = request;
      if (resume !== undefined && !replayed) await recordDecision(trx, { ...ids, resume });
    }
    return asked.map((turn) => ({ ...turn, ...(all.get(turn) ?? { stopped: [] }) }));
  });
}

/** By thread, so that two batches never wait for each other; turns of one thread stay in their order. */
function inLockOrder<Turn extends { ids: { threadId: string } }>(turns: Turn[]): Turn[] {
  return [...turns].sort((a, b) =>
    a.ids.threadId < b.ids.threadId ? -1 : Number(a.ids.threadId > b.ids.threadId),
  );
}

interface Accepted {
  version?: string;
  /** The run that this very request started before. */
  replayed?: { runId: string; threadId: string };
  /** The runs that have to make room. */
  stopped: Run[];
}

async function accept(
  context: TurnContext,
  trx: Transaction<Schema>,
  ids: { runId: string; threadId: string },
  loaded: LoadedGraph,
  request: TurnRequest,
): Promise<Accepted> {
  const { multitask, idempotency, afterSeconds } = request;
  const replayed = idempotency && (await claimKey(trx, idempotency, ids));
  if (replayed) return { replayed, stopped: [] };
  await refuseSpent(trx, [request.graph]);
  const version = await claimThread(context, trx, ids.threadId, loaded, request);
  if (multitask === 'reject') await rejectIfBusy(trx, ids.threadId);
  const beginAfter = afterSeconds ? new Date(Date.now() + afterSeconds * 1000) : undefined;
  const when = beginAfter && { beginAfter };
  await insertRun(trx, { ...ids, version, ...when }, request);
  await context.queue.addRun(trx, { ...ids, ...when });
  if (multitask === 'enqueue' || multitask === 'reject') return { version, stopped: [] };
  const others = { threadId: ids.threadId, except: ids.runId };
  const action = multitask === 'rollback' ? 'rollback' : 'interrupt';
  return { version, stopped: await askToStop(trx, others, action) };
}

function refuseNothing({ input, resume, proceed, update, goto }: TurnRequest): void {
  if (input.length > 0 || resume !== undefined || proceed || update || goto) return;
  const message = 'A turn needs a message, or an answer to what the thread waits for.';
  throw new CallerError('invalid-request', message);
}

/** What was asked to stop is in the database: the process that carries it out looks there. */
function laterAnyway({ log }: TurnContext, error: unknown): void {
  log.warn({ err: error }, 'a run that has to make room could not be stopped at once');
}

/** Wakes this process's worker, or where it has none or no room, the others. */
function announce({ turns, bus }: TurnContext, { afterSeconds }: TurnRequest): void {
  if (afterSeconds) return;
  turns.waiting += 1;
  if (turns.isFull()) bus.publish({ type: 'run-waits' });
  else turns.wake();
}

function findGraph({ graphs }: TurnContext, name: string): LoadedGraph {
  const loaded = graphs.get(name);
  if (loaded) return loaded;
  throw new CallerError(
    'not-found',
    unknownName(
      'graph',
      name,
      graphs.list().map((graph) => graph.name),
    ),
  );
}

async function rejectIfBusy(trx: Transaction<Schema>, threadId: string): Promise<void> {
  const [open] = await listOpenRuns(trx, threadId);
  if (open) throw new CallerError('conflict', `The thread is busy with run ${open.run_id}.`);
}
