import type { Transaction } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { saveGraphVersion } from '../db/graph-versions.ts';
import { claimKey } from '../db/idempotency-keys.ts';
import { askToStop, listOpenRuns, type Run } from '../db/runs.ts';
import type { Schema } from '../db/schema.ts';
import { ttlColumns } from '../db/thread-ttl.ts';
import { CallerError } from '../errors.ts';
import { unknownName } from '../handoff/file-problem.ts';
import type { LoadedGraph } from '../handoff/load-graph.ts';
import type { HumanMessage, Json, JsonObject, Message } from '../message.ts';
import { stopRun } from './cancel-run.ts';
import type { TurnInput } from './turn-input.ts';
import type { TurnContext } from './turns.ts';

export interface TurnRequest {
  graph: string;
  /** A uuid; absent: a new thread is made. */
  threadId?: string;
  /** What to do when the thread is not there. */
  ifNotExists: 'create' | 'reject';
  /** Earlier messages, for a new thread. */
  history?: Message[];
  /** What the user says; may be empty only when `resume` is given. */
  input: HumanMessage[];
  /** The answer to what the thread waits for; or answers by the id of what each answers. */
  resume?: Json;
  /** Go on from where the thread stopped, with nothing new. */
  proceed?: boolean;
  /** Change the state before the turn goes on: messages are added. */
  update?: { messages: HumanMessage[] };
  /** The agent that speaks next instead of the one that would. */
  goto?: string;
  /** The saved state to go on from; absent: the newest. An older one makes a branch, which is the newest then. */
  checkpointId?: string;
  /** Go on with the version of the graph that the thread is pinned to, as is usual, or have it pinned to the newest. */
  version?: 'pinned' | 'newest';
  metadata: JsonObject;
  /** What the caller asked, to be shown again. */
  kwargs: JsonObject;
  /** The assistant that was asked; absent: the graph's own. */
  assistantId?: string;
  config?: RunConfig;
  /** What to do when the thread is busy: wait, refuse, or stop what runs and keep or take back what it did. */
  multitask: Multitask;
  /** Begin no earlier than this many seconds from now. */
  afterSeconds?: number;
  /** Told when the run ends: an absolute URL. */
  webhook?: string;
  /** The same request again within a day gives the same run. */
  idempotency?: IdempotencyClaim;
  /** The thread is deleted when the turn is over and everybody has seen its end. */
  temporary?: boolean;
}

export type Multitask = 'enqueue' | 'reject' | 'interrupt' | 'rollback';

/** How a run is carried out, as the assistant and the request have it together. Kept with the run. */
export interface RunConfig {
  /** Supersteps at most. */
  recursionLimit?: number;
  /** When states are saved: after each step before the next begins (usual), beside it, or at the end alone. */
  durability?: 'sync' | 'async' | 'exit';
  /** Nodes to stop before or after; `*` is all. */
  interruptBefore?: '*' | string[];
  interruptAfter?: '*' | string[];
  tags?: string[];
  /** What the caller sets, for tools. */
  configurable?: JsonObject;
  /** What the caller says about the situation, for tools. */
  context?: JsonObject;
}

export interface IdempotencyClaim {
  /** Keys of different scopes are different: the route. */
  scope: string;
  key: string;
  /** Of the body: another body under the same key is a conflict. */
  hash: string;
}

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
 * `too-many-requests` when too many runs wait, `unavailable` while stopping.
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
  refuseTooMany(context);
  const asked = requests.map((request) => ({
    request,
    loaded: findGraph(context, request.graph),
    ids: { threadId: request.threadId ?? uuidv7(), runId: uuidv7() },
  }));
  context.turns.accepting += requests.length;
  const accepting = context.db.transaction().execute(async (trx) => {
    const all = new Map<(typeof asked)[number], Accepted>();
    for (const turn of inLockOrder(asked))
      all.set(turn, await accept(context, trx, turn.ids, turn.loaded, turn.request));
    return asked.map((turn) => ({ ...turn, ...(all.get(turn) ?? { stopped: [] }) }));
  });
  const taken = await accepting.finally(() => {
    context.turns.accepting -= requests.length;
  });
  for (const { replayed, version, loaded, stopped, request } of taken) {
    if (replayed) continue;
    context.metrics.runsAccepted.inc({ graph: request.graph });
    if (version === loaded.version) kept.add(loaded);
    for (const run of stopped)
      await stopRun(context, run).catch((error: unknown) => laterAnyway(context, error));
    announce(context, request);
  }
  return taken.map(({ ids, replayed }) => ({ ...(replayed ?? ids), replayed: replayed !== undefined }));
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

function refuseTooMany({ config, turns }: TurnContext): void {
  const waiting = turns.waiting + turns.accepting;
  if (waiting < config.runs.maxWaiting) return;
  const message = `${waiting} turns wait already. Try again soon.`;
  throw new CallerError('too-many-requests', message, { retryAfter: 5 });
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

/**
 * Makes the thread or takes the one that is there, and keeps others out until the transaction ends. Returns the
 * version of the graph that the thread is pinned to.
 */
async function claimThread(
  { config: { retention } }: TurnContext,
  trx: Transaction<Schema>,
  threadId: string,
  loaded: LoadedGraph,
  request: TurnRequest,
): Promise<string> {
  const found = await trx
    .selectFrom('baton.thread')
    .select(['metadata', 'status', 'graph', 'graph_version'])
    .where('thread_id', '=', threadId)
    .forUpdate()
    .executeTakeFirst();
  if (!found && request.threadId && request.ifNotExists === 'reject') {
    throw new CallerError('not-found', `There is no thread ${threadId}.`);
  }
  if (request.resume !== undefined && found?.status !== 'interrupted') {
    const why =
      found?.status === 'busy' ? 'is busy: somebody may have answered' : 'does not wait for anything';
    throw new CallerError('conflict', `There is nothing to resume: the thread ${why}.`);
  }
  const pinned = found?.graph === loaded.name && request.version !== 'newest' ? found.graph_version : null;
  if (pinned === null) await keepVersion(trx, loaded);
  const { assistant_id: _before, ...earlier } = found?.metadata ?? {};
  const assistant = request.assistantId && { assistant_id: request.assistantId };
  const metadata = JSON.stringify({ ...earlier, ...request.metadata, graph_id: loaded.name, ...assistant });
  const version = pinned ?? loaded.version;
  const thread = { graph: loaded.name, graph_version: version, status: 'busy', metadata } as const;
  await trx
    .insertInto('baton.thread')
    .values({
      thread_id: threadId,
      temporary: request.temporary ?? false,
      ...ttlColumns(retention.ttl),
      ...thread,
    })
    .onConflict((conflict) => conflict.column('thread_id').doUpdateSet(thread))
    .execute();
  return version;
}

/** Graphs whose version the database is known to have. */
const kept = new WeakSet<LoadedGraph>();

/** Keeps the texts of a version that a thread is pinned to from now on. */
async function keepVersion(trx: Transaction<Schema>, loaded: LoadedGraph): Promise<void> {
  if (kept.has(loaded)) return;
  const agents = Object.fromEntries([...loaded.seats].map(([name, { agent }]) => [name, agent.text]));
  const files = { graph: loaded.graph.text, agents };
  await saveGraphVersion(trx, { graph: loaded.name, version: loaded.version, files });
}

async function rejectIfBusy(trx: Transaction<Schema>, threadId: string): Promise<void> {
  const [open] = await listOpenRuns(trx, threadId);
  if (open) throw new CallerError('conflict', `The thread is busy with run ${open.run_id}.`);
}

async function insertRun(
  trx: Transaction<Schema>,
  run: { threadId: string; runId: string; version: string; beginAfter?: Date },
  request: TurnRequest,
): Promise<void> {
  await trx
    .insertInto('baton.run')
    .values({
      run_id: run.runId,
      thread_id: run.threadId,
      graph: request.graph,
      graph_version: run.version,
      assistant_id: request.assistantId ?? null,
      input: JSON.stringify(inputOf(request)),
      config: JSON.stringify(request.config ?? {}),
      webhook: request.webhook ?? null,
      begin_after: run.beginAfter ?? null,
      kwargs: JSON.stringify(request.kwargs),
      metadata: JSON.stringify(request.metadata),
      multitask_strategy: request.multitask,
    })
    .execute();
}

function inputOf({
  history = [],
  input,
  resume,
  proceed,
  update,
  goto,
  checkpointId,
}: TurnRequest): TurnInput {
  return {
    history,
    messages: input,
    ...(resume !== undefined && { resume }),
    ...(proceed && { proceed }),
    ...(update && { update }),
    ...(goto && { goto }),
    ...(checkpointId && { checkpointId }),
  };
}
