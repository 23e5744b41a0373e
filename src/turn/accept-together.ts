import type { Transaction } from 'kysely';
import { getAssistant } from '../db/assistants.ts';
import { claimKey } from '../db/idempotency-keys.ts';
import { askToStop, listOpenRuns, type Run } from '../db/runs.ts';
import type { Schema } from '../db/schema.ts';
import { CallerError } from '../errors.ts';
import { refuseSpent } from '../usage/refuse-spent.ts';
import type { Asked } from './accept-at-once.ts';
import { ChangedAssistantError } from './changed-assistant-error.ts';
import { claimThread } from './claim-thread.ts';
import { insertRun } from './insert-run.ts';
import { recordDecision } from './record-decision.ts';
import type { TurnContext } from './turns.ts';

/** What became of a turn that was accepted. */
export interface Accepted {
  version?: string;
  /** The run that this very request started before. */
  replayed?: { runId: string; threadId: string };
  /** The runs that have to make room. */
  stopped: Run[];
}

/** Accepts turns of any kind in one transaction, all or none, in the order of `asked`. Throws as `acceptTurn` does. */
export function acceptTogether(context: TurnContext, asked: Asked[]): Promise<(Asked & Accepted)[]> {
  return context.db.transaction().execute(async (trx) => {
    const all = new Map<Asked, Accepted>();
    for (const turn of inLockOrder(asked)) all.set(turn, await accept(context, trx, turn));
    for (const [{ ids, request }, { replayed }] of all) {
      const { resume } = request;
      if (resume !== undefined && !replayed) await recordDecision(trx, { ...ids, resume });
    }
    return asked.map((turn) => ({ ...turn, ...(all.get(turn) ?? { stopped: [] }) }));
  });
}

/** By thread, so that two batches never wait for each other; turns of one thread stay in their order. */
function inLockOrder(turns: Asked[]): Asked[] {
  return [...turns].sort((a, b) =>
    a.ids.threadId < b.ids.threadId ? -1 : Number(a.ids.threadId > b.ids.threadId),
  );
}

async function accept(
  context: TurnContext,
  trx: Transaction<Schema>,
  { ids, loaded, request }: Asked,
): Promise<Accepted> {
  const { multitask, idempotency, afterSeconds, assumed } = request;
  const replayed = idempotency && (await claimKey(trx, idempotency, ids));
  if (replayed) return { replayed, stopped: [] };
  if (assumed && (await getAssistant(trx, assumed))) throw new ChangedAssistantError(assumed);
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

async function rejectIfBusy(trx: Transaction<Schema>, threadId: string): Promise<void> {
  const [open] = await listOpenRuns(trx, threadId);
  if (open) throw new CallerError('conflict', `The thread is busy with run ${open.run_id}.`);
}
