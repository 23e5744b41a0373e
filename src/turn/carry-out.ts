import type { Transaction } from 'kysely';
import { LostOwnerError } from '../checkpoint/lost-owner-error.ts';
import { LostThreadError } from '../db/events.ts';
import { patiently } from '../db/patiently.ts';
import { type BegunRun, beginRun, endRun, handBackRun, ownerOf, type Run, type RunEnd } from '../db/runs.ts';
import type { Schema } from '../db/schema.ts';
import { statusBefore } from '../db/status-before.ts';
import { plainLines } from '../log.ts';
import type { Claim } from '../queue/open-queue.ts';
import { inTenant, tenantKey, type Work } from '../tenancy.ts';
import type { TurnError, TurnEvent } from '../turn-event.ts';
import { CancelledError, cancellation } from './cancel-run.ts';
import { countRun } from './count-run.ts';
import { type EventLog, openEventLog } from './event-log.ts';
import { nothingToResume, type Reins } from './follow-graph.ts';
import { LostClaimError } from './lost-claim-error.ts';
import { makeRoom } from './make-room.ts';
import { HandOverError, runTurn } from './run-turn.ts';
import { takeBackRun } from './take-back-run.ts';
import type { TurnContext } from './turns.ts';

/** How often a run may be begun without coming to an end. */
const attempts = 3;

/** How often it may be begun at all: one that each process hands over at once would go round for ever. */
const handovers = 50;

/** How long it is tried to write, while the database is away, before the run is left to the next process. */
const patience = { forMs: 20_000 };

/**
 * Carries out a run that this process has claimed: to its last event, or until it has to be handed over. Never rejects. What this
 * process cannot write down, the next one finds as it was left when the claim has lapsed. `begun` is the run where it was begun as it
 * was accepted.
 */
export async function carryOut(
  context: TurnContext,
  claim: Claim,
  reins: Reins,
  begun?: BegunRun,
): Promise<void> {
  const { threadId } = claim;
  const { log: live, release } = context.turns.logs.hold(tenantKey(threadId));
  try {
    const run = begun ?? (await patiently(() => begin(context, claim), patience));
    if (run) await inTenant(workOf(run), () => carryOn(context, run, claim, reins));
  } catch (error) {
    if (isLost(error)) live.ring();
    else context.log.error({ err: error, threadId, runId: claim.id }, 'a run is left to the next process');
  } finally {
    release();
  }
}

/** On whose behalf the run is carried out. */
function workOf(run: Run): Work {
  const {
    tenant_id: tenant,
    run_id: runId,
    thread_id: threadId,
    graph,
    user_id: userId,
    key_id: keyId,
    asker,
  } = run;
  const who = { ...(userId && { userId }), ...(keyId && { keyId }), ...(asker && { asker }) };
  return { tenant, run: { runId, threadId, graph, ...who } };
}

/** Whether another process has the run by now. */
function isLost(error: unknown): boolean {
  return [LostThreadError, LostClaimError, LostOwnerError].some((Lost) => error instanceof Lost);
}

/** Begins the run; undefined when there is nothing to carry out. */
async function begin(context: TurnContext, claim: Claim): Promise<BegunRun | undefined> {
  const { db, queue } = context;
  try {
    const run = await beginRun(db, claim.id, queue.isHeld(claim));
    if (!run) await queue.endClaim(db, claim); // it was stopped while it waited, or the claim is another's
    return run;
  } catch (error) {
    if (!isSecondOfThread(error)) throw error;
    await makeRoom(context, claim);
    return beginRun(db, claim.id, queue.isHeld(claim));
  }
}

function isSecondOfThread(error: unknown): boolean {
  return (error as { constraint?: unknown }).constraint === 'run_one_running'; // errors of Postgres name it
}

async function carryOn(context: TurnContext, run: BegunRun, claim: Claim, reins: Reins): Promise<void> {
  const lost = new AbortController();
  const count = countRun(context.metrics, run);
  const log = openEventLog(context, {
    threadId: run.thread_id,
    runId: run.run_id,
    owner: ownerOf(run),
    after: run.last_seq,
    onLost: () => lost.abort(new LostClaimError('Another process has this thread.')),
    onSaved: count.saved,
  });
  const signal = AbortSignal.any([reins.signal, lost.signal]);
  try {
    const reached = foregone(run) ?? (await runTurn(context, run, log, { ...reins, signal }));
    await context.ledger.written(); // whoever hears of the end finds what it cost
    const last = await endWith(context, run, claim, log, reached);
    count.ended(statusesAfter(last).status);
    logEnd(context, run, last);
  } catch (error) {
    if (!(error instanceof HandOverError)) throw error;
    await patiently(() => handOver(context, run, claim, log), patience);
    context.log.info({ threadId: run.thread_id, runId: run.run_id }, 'a turn is handed over');
  }
}

/** The end of a run that is not to go on. */
function foregone(run: Run): TurnError | undefined {
  if (run.cancel) return cancellation(run);
  if (run.crashes <= attempts && run.attempt <= handovers) return undefined;
  const message =
    run.crashes > attempts
      ? `The turn was begun ${attempts} times, and each time its process was gone before the end.`
      : `The turn was handed over ${handovers} times and never came to its end.`;
  return { type: 'turn-error', error: 'internal', message };
}

/** Ends the run with an event, or taken back where somebody asked for that before it ended. Returns what it ended with. */
async function endWith(
  context: TurnContext,
  run: Run,
  claim: Claim,
  log: EventLog,
  last: TurnEvent,
): Promise<TurnEvent> {
  if (isOrdinary(context, run, last) && (await log.end({ ...statusesAfter(last), ...claim }, last)))
    return last;
  try {
    await patiently(() => end(context, run, claim, log, last), patience);
    return last;
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error;
    await patiently(() => end(context, run, claim, log, error.end), patience);
    return error.end;
  }
}

/** Whether nothing but the run's own rows knows of its end. */
function isOrdinary({ turns }: TurnContext, run: Run, last: TurnEvent): boolean {
  const isTakenBack = last.type === 'turn-error' && last.rolledBack;
  return (
    !run.webhook && !isTakenBack && last !== nothingToResume && !(isFinished(last) && turns.isSampled(run))
  );
}

/** The last event, the run's end and the end of its claim, all or none. */
async function end(
  context: TurnContext,
  run: Run,
  claim: Claim,
  log: EventLog,
  last: TurnEvent,
): Promise<void> {
  await log.settle(async (trx) => {
    const after = statusesAfter(last);
    if (last === nothingToResume || (last.type === 'turn-error' && last.rolledBack))
      after.threadStatus = await statusBefore(trx, run);
    const moved = await endRun(trx, { runId: run.run_id, from: 'running', ...after });
    if (!moved || !(await context.queue.endClaim(trx, claim)))
      throw new LostClaimError('The claim has lapsed.');
    const takenBack = last.type === 'turn-error' && last.rolledBack;
    if (moved.cancel === 'rollback' && !takenBack) throw new CancelledError(cancellation(moved));
    await queueSideJobs(context, trx, run, last);
    if (last.type === 'turn-error' && last.rolledBack)
      await takeBackRun(trx, { threadId: run.thread_id, runId: run.run_id });
  }, last);
}

async function handOver(context: TurnContext, run: Run, claim: Claim, log: EventLog): Promise<void> {
  await log.settle(async (trx) => {
    const released = (await handBackRun(trx, run)) && (await context.queue.handBack(trx, claim));
    if (!released) throw new LostClaimError('The claim has lapsed.');
  });
  context.turns.waiting += 1;
  context.bus.publish({ type: 'run-waits' });
}

function statusesAfter(last: TurnEvent): Pick<RunEnd, 'status' | 'threadStatus'> {
  if (last.type === 'interrupted') return { status: 'success', threadStatus: 'interrupted' };
  if (last.type !== 'turn-error') return { status: 'success', threadStatus: 'idle' };
  if (last.error === 'cancelled') return { status: 'interrupted', threadStatus: 'idle' };
  return { status: last.error === 'timeout' ? 'timeout' : 'error', threadStatus: 'error' };
}

/** Work that the end of a run brings, in the transaction of the end: it is there when the end is. */
async function queueSideJobs(
  { queue, turns }: TurnContext,
  trx: Transaction<Schema>,
  run: Run,
  last: TurnEvent,
): Promise<void> {
  const { run_id: runId } = run;
  if (run.webhook) await queue.addJob(trx, 'webhook', { runId });
  if (isFinished(last) && turns.isSampled(run)) await queue.addJob(trx, 'score', { runId });
}

/** With an answer or a failure: not one that waits, or that somebody stopped. */
function isFinished(last: TurnEvent): boolean {
  return last.type === 'turn-end' || (last.type === 'turn-error' && last.error !== 'cancelled');
}

function logEnd(context: TurnContext, run: Run, last: TurnEvent): void {
  const log = plainLines(context.log);
  const about = { runId: run.run_id, threadId: run.thread_id, graph: run.graph, end: last.type };
  if (last.type !== 'turn-end') log.info(about, 'turn');
  else
    log.info({ ...about, agents: last.path, tokens: last.usage.total_tokens, ms: last.milliseconds }, 'turn');
}
