import type { Context } from 'hono';
import type { AppContext } from '../app-context.ts';
import { findAcceptedRun } from '../db/idempotency-keys.ts';
import { getRun } from '../db/runs.ts';
import { CallerError } from '../errors.ts';
import { areTurnsCounted } from '../limits/toll.ts';
import { type AcceptedTurn, acceptTurn } from '../turn/accept-turn.ts';
import { ChangedAssistantError } from '../turn/changed-assistant-error.ts';
import type { IdempotencyClaim, TurnRequest } from '../turn/turn-request.ts';
import type { HttpEnv } from './http-env.ts';
import { markReplayed, readIdempotency } from './idempotency.ts';
import { noteChanged } from './langgraph/graphs-own.ts';

/**
 * Has a turn accepted, once under the `Idempotency-Key` of its request, or else under what its door takes for one. What was accepted
 * before is looked for when the turn cannot be accepted: what `describeTurn` found the first time need not be there any more. Where
 * turns are counted it is looked for first, since what comes again counts once. `describeTurn` is told to be `sure` when what it
 * assumed was wrong. Throws a `CallerError` (`not-found`) when that run is gone.
 */
export async function acceptOnce(
  context: AppContext,
  c: Context<HttpEnv>,
  describeTurn: (how: { sure: boolean }) => Promise<TurnRequest>,
  claim?: IdempotencyClaim,
): Promise<AcceptedTurn> {
  const idempotency = (await readIdempotency(c)) ?? claim;
  const find = async () => idempotency && (await findAcceptedRun(context.db, idempotency));
  const accept = async (sure: boolean) =>
    acceptTurn(context, { ...(await describeTurn({ sure })), ...(idempotency && { idempotency }) });
  const before = idempotency && (await areTurnsCounted(context.limits)) ? await find() : undefined;
  const accepted: AcceptedTurn = before
    ? { ...before, replayed: true }
    : await accept(false)
        .catch((error: unknown) => {
          if (!(error instanceof ChangedAssistantError)) throw error;
          noteChanged(error.assistantId);
          return accept(true);
        })
        .catch(async (error: unknown) => {
          const meanwhile = error instanceof CallerError ? await find() : undefined;
          if (meanwhile) return { ...meanwhile, replayed: true };
          throw error;
        });
  c.set('threadId', accepted.threadId);
  c.set('runId', accepted.runId);
  if (!accepted.replayed) return accepted;
  markReplayed(c);
  if (await getRun(context.db, accepted.runId)) return accepted;
  throw new CallerError(
    'not-found',
    `The run ${accepted.runId}, which this Idempotency-Key started, is gone.`,
  );
}
