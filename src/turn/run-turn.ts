import { setTimeout as sleep } from 'node:timers/promises';
import { isUnavailable } from '../db/is-unavailable.ts';
import { endRun, getRun, moveRun, type Run } from '../db/runs.ts';
import type { RunStatus } from '../db/schema.ts';
import { errorMessage } from '../errors.ts';
import { VersionError } from '../handoff/pinned-versions.ts';
import { ModelError } from '../model/chat-model.ts';
import type { TurnError, TurnEvent } from '../turn-event.ts';
import { deleteThread } from './delete-thread.ts';
import { type EventLog, openEventLog } from './event-log.ts';
import { followGraph } from './follow-graph.ts';
import type { TurnContext } from './turns.ts';

/** How often a run looks whether its thread's running one is over. */
const lookEveryMs = 250;

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
  if (!run || !(await begin(context, runId))) return;
  const controller = new AbortController();
  context.turns.running.set(runId, controller);
  const log = openEventLog(context, { threadId, runId });
  try {
    const last = await lastEvent(context, run, log, controller);
    await log.end(last, (trx) => endRun(trx, runId, ...statusesAfter(last)));
    logEnd(context, run, last);
  } finally {
    context.turns.running.delete(runId);
    await deleteIfTemporary(context, { runId, threadId });
  }
}

/**
 * Moves the run to running, or says that it is not to be run. A thread has one running run: while another
 * process has one, or left one that nobody ended yet, this one waits; and while the database is away.
 */
async function begin({ db, turns }: TurnContext, runId: string): Promise<boolean> {
  while (!turns.stopping) {
    const begun = await moveRun(db, runId, 'pending', 'running').catch(laterIfRefused);
    if (begun !== 'later') return begun;
    await sleep(lookEveryMs, undefined, { ref: false });
  }
  return false;
}

function laterIfRefused(error: unknown): 'later' {
  const { constraint } = error as { constraint?: unknown }; // errors of Postgres name it
  if (constraint === 'run_one_running' || isUnavailable(error)) return 'later';
  throw error;
}

/** Runs the graph and returns the event that ends the turn. */
async function lastEvent(
  context: TurnContext,
  run: Run,
  log: EventLog,
  controller: AbortController,
): Promise<TurnEvent> {
  let { signal } = controller;
  try {
    const loaded = await context.graphs.open(run.graph, run.graph_version);
    const { seconds } = loaded.graph.limits;
    const timeout = AbortSignal.timeout((seconds * 1.5 + 10) * 1000); // past the soft limit, which makes agents answer
    signal = AbortSignal.any([controller.signal, timeout]);
    return await followGraph(loaded, run, log, signal);
  } catch (error) {
    if (signal.aborted) return describeAbort(signal.reason);
    return describeFailure(context, run, error);
  }
}

function describeAbort(reason: unknown): TurnError {
  if (reason instanceof CancelledError) return failure('cancelled', reason.message);
  const late = reason instanceof DOMException && reason.name === 'TimeoutError';
  return late ? failure('timeout', 'The turn took too long.') : failure('internal', errorMessage(reason));
}

function describeFailure({ log }: TurnContext, run: Run, error: unknown): TurnError {
  const ids = { runId: run.run_id, threadId: run.thread_id };
  if (error instanceof ModelError) {
    log.warn({ err: error, ...ids }, 'a model gave no reply');
    return failure('model', error.message);
  }
  if (error instanceof VersionError) {
    log.warn({ err: error, ...ids }, 'a version of a graph cannot run any more');
    return failure('internal', error.message);
  }
  log.error({ err: error, ...ids }, 'a turn failed');
  return failure('internal', 'The turn failed for a reason of the service. It is in the log.');
}

function failure(error: TurnError['error'], message: string): TurnError {
  return { type: 'turn-error', error, message };
}

function logEnd({ log }: TurnContext, run: Run, last: TurnEvent): void {
  const about = { runId: run.run_id, threadId: run.thread_id, graph: run.graph, end: last.type };
  if (last.type !== 'turn-end') log.info(about, 'turn');
  else
    log.info({ ...about, agents: last.path, tokens: last.usage.total_tokens, ms: last.milliseconds }, 'turn');
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
    .catch((error) => {
      if (!turns.stopping) log.warn({ err: error, threadId }, 'a temporary thread could not be deleted');
    }); // while stopping, the next start deletes it
}
