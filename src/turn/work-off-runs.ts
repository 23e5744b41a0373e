import { AsyncLocalStorage } from 'node:async_hooks';
import { RunControl } from '@langchain/langgraph';
import { isUnavailable } from '../db/is-unavailable.ts';
import { type BegunRun, listAskedToStop } from '../db/runs.ts';
import type { Claim } from '../queue/open-queue.ts';
import { asService, inTenant } from '../tenancy.ts';
import { CancelledError, cancellation } from './cancel-run.ts';
import { carryOut } from './carry-out.ts';
import { LostClaimError } from './lost-claim-error.ts';
import { suspendedTenants } from './suspended-tenants.ts';
import type { Place, RunningRun, TurnContext } from './turns.ts';

/** How often the queue is looked into without a sign, and claims are kept up, in milliseconds. */
const lookEveryMs = 1_000;
const keepEveryMs = 2_500;

/** Runs claimed with one statement, at most. */
const batch = 50;

/**
 * Carries out runs from the queue, as many at once as the config says. It looks for more whenever `turns.wake` is called, and
 * every second. `stop` has it begin no more; `end` is called when the last one is over.
 */
export function workOffRuns(context: TurnContext): { stop: () => void; end: () => void } {
  const { turns, queue, config } = context;
  const suspended = suspendedTenants(context.db);
  let bell = Promise.withResolvers<void>();
  let stopped = false;
  let reachable = true;
  let promised = 0; // places for runs that are being accepted
  const asWorker = AsyncLocalStorage.snapshot(); // a run keeps nothing of the request that it was accepted in

  function free(): number {
    return turns.stopping ? 0 : config.runs.concurrency - turns.running.size - promised;
  }

  async function look(): Promise<void> {
    while (!stopped) {
      const rung = bell.promise;
      if (free() > 0 && (await claim()) === batch) continue;
      await Promise.race([rung, pause(lookEveryMs)]);
      bell = Promise.withResolvers();
    }
  }

  async function claim(): Promise<number> {
    try {
      const claims = await queue.claimRuns(Math.min(free(), batch), await suspended());
      turns.waiting = Math.max(0, turns.waiting - claims.length);
      reachable = true;
      for (const claim of claims) begin(claim);
      return claims.length;
    } catch (error) {
      if (reachable && !stopped) context.log.warn({ err: error }, 'the queue cannot be looked into');
      reachable = false;
      return 0;
    }
  }

  /** Whoever waits already comes first: there is room for them too, or there is none. */
  function takePlace(): Place | undefined {
    if (stopped || free() <= turns.waiting) return undefined;
    promised += 1;
    const leave = () => {
      promised -= 1;
    };
    return {
      begin(claim, run) {
        leave();
        asWorker(() => begin(claim, run));
      },
      leave,
    };
  }

  function begin(claim: Claim, begun?: BegunRun): void {
    const controller = new AbortController();
    const control = new RunControl();
    const reins = { signal: controller.signal, control };
    const over = inTenant(claim.tenant, () => carryOut(context, claim, reins, begun)).finally(() => {
      if (turns.running.get(claim.id) === run) turns.running.delete(claim.id);
      if (turns.waiting > 0) turns.wake(); // for its place, or its thread
    });
    const run: RunningRun = {
      claim,
      over,
      stop: (reason) => controller.abort(reason),
      drain: () => control.requestDrain(),
    };
    turns.running.get(claim.id)?.stop(new LostClaimError('This process lost the run, and has it again.'));
    turns.running.set(claim.id, run);
    if (turns.stopping) run.drain(); // it was claimed while the process began to stop
  }

  turns.wake = () => bell.resolve();
  turns.isFull = () => free() <= 0;
  turns.takePlace = takePlace;
  void look();
  const keeper = setInterval(() => void keepClaims(context), keepEveryMs);
  keeper.unref();
  return {
    stop() {
      stopped = true;
      bell.resolve();
      turns.wake = () => undefined;
    },
    end: () => clearInterval(keeper),
  };
}

/** Says that this process's runs are alive, and hears which are so no more, and which somebody asked to stop. */
async function keepClaims({ turns, queue, db, log }: TurnContext): Promise<void> {
  const runs = [...turns.running.values()];
  if (runs.length === 0) return;
  try {
    const kept = await queue.keepClaims(runs.map(({ claim }) => claim));
    for (const run of runs) {
      if (!kept.has(run.claim.id)) run.stop(new LostClaimError('Another process has this run.'));
    }
    for (const asked of await asService(() => listAskedToStop(db, [...kept]))) {
      turns.running.get(asked.run_id)?.stop(new CancelledError(cancellation(asked)));
    }
  } catch (error) {
    if (!isUnavailable(error)) log.warn({ err: error }, 'the claims of runs could not be kept up');
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
