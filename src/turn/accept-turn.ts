import { CallerError } from '../errors.ts';
import type { LoadedGraph } from '../handoff/load-graph.ts';
import { payForTurns } from '../limits/toll.ts';
import { tenantKey } from '../tenancy.ts';
import { unknownName } from '../yaml/file-problem.ts';
import { type Asked, acceptAtOnce, askedOf } from './accept-at-once.ts';
import { type Accepted, acceptTogether } from './accept-together.ts';
import { stopRun } from './cancel-run.ts';
import { knowKept } from './claim-thread.ts';
import { joinQueue } from './join-queue.ts';
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
  const asked = requests.map((request) => askedOf(request, findGraph(context, request.graph)));
  const leave = await joinQueue(context, requests.length);
  const letGo = asked.map(({ ids }) => context.turns.logs.expect(tenantKey(ids.threadId), ids.runId));
  const taken = await acceptAll(context, asked).catch((error: unknown) => {
    leave(false);
    for (const nobodyComes of letGo) nobodyComes();
    throw error;
  });
  leave(taken.some(({ begun, replayed }) => !begun && !replayed));
  for (const { replayed, version, loaded, stopped, begun, request } of taken) {
    if (replayed) continue;
    context.metrics.runsAccepted.inc({ graph: request.graph });
    if (version === loaded.version) knowKept(loaded);
    for (const run of stopped)
      await stopRun(context, run).catch((error: unknown) => laterAnyway(context, error));
    if (!begun) announce(context, request);
  }
  return taken.map(({ ids, replayed }) => ({ ...(replayed ?? ids), replayed: replayed !== undefined }));
}

/** `begun`: the turn is carried out here by now, and waits for nothing. */
async function acceptAll(
  context: TurnContext,
  asked: Asked[],
): Promise<(Asked & Accepted & { begun?: boolean })[]> {
  await payForTurns(
    context.limits,
    asked.map(({ request }) => request.graph),
  );
  const [only] = asked.length === 1 ? asked : [];
  const atOnce = only && (await acceptAtOnce(context, only));
  return atOnce ? [{ ...only, ...atOnce, stopped: [] }] : acceptTogether(context, asked);
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

/** Wakes this process's worker, and where it has none or no room, or another may have the thread, the others. */
function announce({ turns, bus }: TurnContext, { afterSeconds, threadId }: TurnRequest): void {
  if (afterSeconds) return;
  turns.waiting += 1;
  if (threadId !== undefined || turns.isFull()) bus.publish({ type: 'run-waits' });
  if (!turns.isFull()) turns.wake();
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
