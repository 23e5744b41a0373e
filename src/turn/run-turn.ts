import type { Command, StreamMode } from '@langchain/langgraph';
import type { Kysely } from 'kysely';
import { endRun, getRun, moveRun, type Run } from '../db/runs.ts';
import type { RunStatus, Schema } from '../db/schema.ts';
import { errorMessage } from '../errors.ts';
import type { LoadedGraph } from '../handoff/graph-shelf.ts';
import { applyUpdate, emptyState, type StateUpdate, type StateValues } from '../handoff/state.ts';
import type { Json, JsonObject } from '../message.ts';
import { ModelError } from '../model/chat-model.ts';
import type { TurnError, TurnEvent } from '../turn-event.ts';
import { describeEnd } from './describe-end.ts';
import { type EventLog, openEventLog } from './event-log.ts';
import { beginTurn, type TurnInput } from './turn-input.ts';
import type { TurnContext } from './turns.ts';

/** The reason that a run is aborted with when someone asks for it. */
export class CancelledError extends Error {
  override name = 'CancelledError';
}

/** Carries out an accepted run to its last event. Failures of the turn are events, not exceptions. */
export async function runTurn(
  context: TurnContext,
  { runId, threadId }: { runId: string; threadId: string },
): Promise<void> {
  const run = await getRun(context.db, runId);
  if (!run || !(await moveRun(context.db, runId, 'pending', 'running'))) return;
  const controller = new AbortController();
  context.turns.running.set(runId, controller);
  const log = openEventLog(context, { threadId, runId });
  try {
    const last = await lastEvent(context, run, log, controller);
    await endRun(context.db, runId, ...statusesAfter(last));
    log.append(last);
    await log.flush();
  } finally {
    context.turns.running.delete(runId);
    await deleteIfTemporary(context, { runId, threadId });
  }
}

/** Runs the graph and returns the event that ends the turn. */
async function lastEvent(
  context: TurnContext,
  run: Run,
  log: EventLog,
  controller: AbortController,
): Promise<TurnEvent> {
  const loaded = context.graphs.get(run.graph);
  if (!loaded)
    return {
      type: 'turn-error',
      error: 'internal',
      message: `The graph ${run.graph} is not there any more.`,
    };
  const { limits } = loaded.graph;
  const timeout = AbortSignal.timeout((limits.seconds * 1.5 + 10) * 1000); // past the soft limit, which makes agents answer
  const signal = AbortSignal.any([controller.signal, timeout]);
  try {
    return await runGraph(loaded, run, log, signal);
  } catch (error) {
    if (signal.aborted) return describeAbort(signal.reason);
    return describeFailure(context, run, error);
  }
}

async function runGraph(
  loaded: LoadedGraph,
  run: Run,
  log: EventLog,
  signal: AbortSignal,
): Promise<TurnEvent> {
  const started = Date.now();
  const config = {
    configurable: { thread_id: run.thread_id, run_id: run.run_id },
    metadata: { run_id: run.run_id },
  };
  const snapshot = await loaded.compiled.getState(config);
  const saved = snapshot.values as Partial<StateValues>; // of a thread that has none, an empty object
  const values = saved.messages ? (saved as StateValues) : undefined;
  const { start, added } = beginTurn(loaded.graph, run.input as unknown as TurnInput, values); // what acceptTurn wrote
  const checkpointId: unknown = snapshot.config.configurable?.checkpoint_id;
  log.append({
    type: 'turn-start',
    graph: loaded.name,
    version: loaded.version,
    attempt: 1,
    checkpointId: values && typeof checkpointId === 'string' ? checkpointId : null,
    input: added,
  });
  const end = await stream(loaded, start, values, { ...config, signal }, log);
  return end.interrupts
    ? { type: 'interrupted', interrupts: end.interrupts }
    : describeEnd(end.values, Date.now() - started);
}

interface StreamEnd {
  values: StateValues;
  interrupts?: { id: string; value: Json }[];
}

/** Follows the graph to where it stops, and logs what its nodes tell and what each step added. */
async function stream(
  { compiled, graph }: LoadedGraph,
  start: StateUpdate | Command,
  before: StateValues | undefined,
  config: { signal: AbortSignal; configurable: JsonObject; metadata: JsonObject },
  log: EventLog,
): Promise<StreamEnd> {
  const { handoffs, calls } = graph.limits;
  const streamMode: StreamMode[] = ['custom', 'updates'];
  const options = {
    ...config,
    streamMode,
    durability: 'sync' as const,
    recursionLimit: 4 * (handoffs + calls) + 20,
  };
  const from = before ?? emptyState(graph.start);
  let values = isCommand(start) ? from : applyUpdate(from, start);
  let step = 0;
  // LangGraph types its input by the graph's channels, which are the same for all of ours
  for await (const [mode, chunk] of await compiled.stream(start as never, options)) {
    if (mode === 'custom')
      log.append(chunk as TurnEvent); // our nodes write nothing else
    else {
      const updates = chunk as Record<string, StateUpdate>;
      const interrupts = updates.__interrupt__ as unknown as StreamEnd['interrupts'];
      if (interrupts) return { values, interrupts: interrupts.map(({ id, value }) => ({ id, value })) };
      step += 1;
      for (const [node, update] of Object.entries(updates)) {
        values = applyUpdate(values, update);
        log.append({ type: 'step-end', node, step, update: update as JsonObject }); // state is plain JSON
      }
    }
  }
  return { values };
}

function isCommand(start: StateUpdate | Command): start is Command {
  return 'resume' in start;
}

function describeAbort(reason: unknown): TurnError {
  if (reason instanceof CancelledError)
    return { type: 'turn-error', error: 'cancelled', message: reason.message };
  const late = reason instanceof DOMException && reason.name === 'TimeoutError';
  if (late) return { type: 'turn-error', error: 'timeout', message: 'The turn took too long.' };
  return { type: 'turn-error', error: 'internal', message: errorMessage(reason) };
}

function describeFailure({ log }: TurnContext, run: Run, error: unknown): TurnError {
  const ids = { runId: run.run_id, threadId: run.thread_id };
  if (error instanceof ModelError) {
    log.warn({ err: error, ...ids }, 'a model gave no reply');
    return { type: 'turn-error', error: 'model', message: error.message };
  }
  log.error({ err: error, ...ids }, 'a turn failed');
  return {
    type: 'turn-error',
    error: 'internal',
    message: 'The turn failed for a reason of the service. It is in the log.',
  };
}

function statusesAfter(last: TurnEvent): [RunStatus, 'idle' | 'interrupted' | 'error'] {
  if (last.type === 'interrupted') return ['success', 'interrupted'];
  if (last.type !== 'turn-error') return ['success', 'idle'];
  if (last.error === 'cancelled') return ['interrupted', 'idle'];
  return [last.error === 'timeout' ? 'timeout' : 'error', 'error'];
}

/** Waits until everybody who watches has seen the end, at most a minute. */
async function deleteIfTemporary(
  { db, turns, saver, log }: TurnContext,
  { runId, threadId }: { runId: string; threadId: string },
): Promise<void> {
  const thread = await db
    .selectFrom('baton.thread')
    .select('temporary')
    .where('thread_id', '=', threadId)
    .executeTakeFirst();
  if (!thread?.temporary) return;
  const minute = new Promise<void>((resolve) => setTimeout(resolve, 60_000).unref());
  void Promise.race([turns.live.get(runId)?.unwatched() ?? Promise.resolve(), minute])
    .then(() => deleteThread({ db, saver }, threadId))
    .catch((error) => log.warn({ err: error, threadId }, 'a temporary thread could not be deleted'));
}

export async function deleteThread(
  { db, saver }: { db: Kysely<Schema>; saver: TurnContext['saver'] },
  threadId: string,
): Promise<void> {
  await saver.deleteThread(threadId);
  await db.deleteFrom('baton.thread').where('thread_id', '=', threadId).execute();
}
