import { LostOwnerError } from '../checkpoint/lost-owner-error.ts';
import { LostThreadError } from '../db/events.ts';
import { isOverdue, isUnavailable } from '../db/is-unavailable.ts';
import type { BegunRun, Run } from '../db/runs.ts';
import { VersionError } from '../handoff/pinned-versions.ts';
import { ModelError } from '../model/chat-model.ts';
import type { TurnError, TurnEvent } from '../turn-event.ts';
import { BudgetError } from '../usage/budget-error.ts';
import { CancelledError } from './cancel-run.ts';
import type { EventLog } from './event-log.ts';
import { followGraph, type Reins } from './follow-graph.ts';
import type { TurnContext } from './turns.ts';

/** The run stops here unfinished, and another process goes on with it. */
export class HandOverError extends Error {
  override name = 'HandOverError';
}

/**
 * Runs a turn and returns the event that ends it: failures of the turn are events, not exceptions.
 *
 * Rejects with a `HandOverError` when the run has to go on elsewhere, and with whatever else keeps this process from going on: a
 * lost claim, a database that is away.
 */
export async function runTurn(
  context: TurnContext,
  run: BegunRun,
  log: EventLog,
  reins: Reins,
): Promise<TurnEvent> {
  const overdue = new AbortController();
  const signal = AbortSignal.any([reins.signal, overdue.signal]);
  let timer: NodeJS.Timeout | undefined; // one of AbortSignal.timeout would keep what the turn leaves behind until it goes off
  try {
    const loaded = await context.graphs.open(run.graph, run.graph_version);
    timer = setTimeout(() => overdue.abort(new OverdueError()), patienceWith(loaded.graph.limits));
    return await followGraph(context, loaded, run, log, { ...reins, signal });
  } catch (error) {
    if (signal.aborted) return endOfAborted(signal.reason);
    if (error instanceof LostThreadError || error instanceof LostOwnerError) throw error;
    if (nameOf(error) === 'GraphDrained') throw new HandOverError('The process stops.', { cause: error });
    if (isUnavailable(error) || isOverdue(error))
      throw new HandOverError('The database is away.', { cause: error });
    return describeFailure(context, run, error);
  } finally {
    clearTimeout(timer);
  }
}

/** In milliseconds: past the soft limit, which makes agents answer, and no more than a timer takes. */
function patienceWith({ seconds }: { seconds: number }): number {
  return Math.min((seconds * 1.5 + 10) * 1_000, 2 ** 31 - 1);
}

class OverdueError extends Error {
  override name = 'TimeoutError';
}

/** How a run ends that was stopped from outside; throws the reason where it does not end here. */
function endOfAborted(reason: unknown): TurnError {
  if (reason instanceof CancelledError) return reason.end;
  if (reason instanceof OverdueError) return failure('timeout', 'The turn took too long.');
  throw reason;
}

function nameOf(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined;
}

/** What a turn says that ended at the limit of its steps. */
export const tooManySteps = 'The turn took more steps than its recursion limit allows.';

function describeFailure({ log }: TurnContext, run: Run, error: unknown): TurnError {
  const ids = { runId: run.run_id, threadId: run.thread_id };
  if (error instanceof ModelError) {
    log.warn({ err: error, ...ids }, 'a model gave no reply');
    return failure('model', error.message);
  }
  if (error instanceof BudgetError) {
    log.warn(
      { ...ids, budget: error.budget.budget_id, scope: error.budget.scope },
      'a turn has no budget left',
    );
    return failure('budget', error.message);
  }
  if (error instanceof VersionError) {
    log.warn({ err: error, ...ids }, 'a version of a graph cannot run any more');
    return failure('internal', error.message);
  }
  if (nameOf(error) === 'GraphRecursionError') {
    return failure('internal', tooManySteps);
  }
  log.error({ err: error, ...ids }, 'a turn failed');
  return failure('internal', 'The turn failed for a reason of the service. It is in the log.');
}

function failure(error: TurnError['error'], message: string): TurnError {
  return { type: 'turn-error', error, message };
}
