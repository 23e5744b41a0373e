import { setTimeout as delay } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics/open-metrics.ts';
import { newId } from '../new-id.ts';
import { BudgetError, type SpentBudget, unpricedError } from './budget-error.ts';
import { countCall } from './count-call.ts';
import type { BegunCall } from './insert-calls.ts';
import { knowBudgets } from './known-budgets.ts';
import { currentPayer, type Payer } from './payer.ts';
import { type CallToMake, callRow, type Reservation, reserveCall } from './reserve-call.ts';
import { type Alert, type CallEnd, settleCalls } from './settle-calls.ts';
import { openWriteBehind } from './write-behind.ts';
import { writeCalls } from './write-calls.ts';

/** A call that is written down and may be made. */
export interface HeldCall {
  callId: string;
  payer: Payer;
  /** Whether a budget applies: then the call must keep to what was reserved for it. */
  budgeted: boolean;
  startedAt: number;
  /** Of a call that no budget applies to: what is written down of it within moments. */
  begun?: Begun;
}

interface Begun extends BegunCall {
  isWritten?: true;
}

/** What is written a moment later: a call that began, or the end of one that is written. */
interface Entry {
  begun?: Begun;
  end?: CallEnd;
}

/** The one place where model calls are written down, and budgets held. */
export interface Ledger {
  /**
   * Writes down a call of whoever the code that asks works for, and holds what it may cost. Where others' calls hold what it
   * needs, waits for them a while. A call of a tenant that has no budget is written within moments, and waits for nothing. `closer` tells a closer figure, for when the first does not fit. Rejects with a `BudgetError`.
   */
  reserve(call: CallToMake, signal: AbortSignal, closer?: () => Promise<CallToMake>): Promise<HeldCall>;
  /** Writes down what became of a call: at once where a budget applies, else within moments. Never rejects. */
  settle(held: HeldCall, end: Told): Promise<void>;
  /** The same, where it takes a while to tell; `flush` waits for it. */
  settleLater(held: HeldCall, end: () => Promise<Told>): void;
  /** Resolves when what is known by now of calls is written, or could not be: to be awaited before the end of a run is told. */
  written(): Promise<void>;
  /** The same, with the ends that take a while to tell. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface LedgerOptions {
  db: Kysely<Schema>;
  log: Logger;
  metrics: Metrics;
  /** How long a call may take; one that says nothing for longer is given up: see `releaseLost`. */
  holdSeconds: number;
  /** How long a call waits for what others hold. */
  waitMs?: number;
  /** Hears that thresholds of budgets were passed; what was passed is in the database. */
  onAlerts?: (tenant: string) => void;
}

export function openLedger(options: LedgerOptions): Ledger {
  const { db, log, metrics } = options;
  const budgets = knowBudgets(db);
  const later = openWriteBehind<Entry>(writeAll, log);

  /** One statement. An end is told of a call that is written: one that comes while its call is being written goes with what is written next. */
  async function writeAll(tenant: string, entries: Entry[]): Promise<void> {
    const begun = entries.flatMap(({ begun }) => (begun && !begun.isWritten ? [begun] : []));
    const told = begun.map((call) => ({ ...call }));
    const ends = entries.flatMap(({ end }) => end ?? []);
    if (told.length + ends.length === 0) return;
    const { fresh, alerts } = await writeCalls(db, tenant, { begun: told, ends }, options.holdSeconds);
    for (const [at, call] of begun.entries()) {
      call.isWritten = true;
      const isTold = told[at]?.end !== undefined && fresh.has(call.row.call_id);
      if (call.end && !isTold) later.add(tenant, { end: call.end });
    }
    tellAll(tenant, alerts);
  }

  async function write(tenant: string, ends: CallEnd[]): Promise<void> {
    tellAll(tenant, await settleCalls(db, tenant, ends));
  }

  function tellAll(tenant: string, alerts: Alert[]): void {
    for (const alert of alerts) tell(alert);
    if (alerts.length > 0) options.onAlerts?.(tenant);
  }

  function tell({ tenant_id: tenant, budget_id: budget, who, threshold, spent, most }: Alert): void {
    metrics.budgetAlerts.inc({ threshold: String(threshold) });
    log.warn({ tenant, budget, who, threshold, spent, most }, 'a budget is used up to a threshold');
  }

  async function settle(
    { callId, payer, budgeted, startedAt, begun }: HeldCall,
    { outcome, took }: Told,
  ): Promise<void> {
    countCall(metrics, took);
    const end = { callId, outcome, ...(took && { took }), milliseconds: Date.now() - startedAt };
    if (begun && !begun.isWritten) begun.end = end;
    else if (!budgeted) later.add(payer.tenant, { end });
    else await write(payer.tenant, [end]).catch(() => later.add(payer.tenant, { end }));
  }

  /** Nothing has to be held, so nobody waits for the database. */
  function writeLater(held: Omit<HeldCall, 'budgeted'>, call: CallToMake): HeldCall {
    const { payer, callId, startedAt } = held;
    const { exempt: _, ...row } = callRow(payer, callId, call);
    const begun: Begun = { row, startedAt };
    later.add(payer.tenant, { begun });
    return { ...held, budgeted: false, begun };
  }

  const counting = new Set<Promise<void>>();

  async function flush(): Promise<void> {
    await Promise.all(counting);
    await later.flush();
  }

  return {
    async reserve(call, signal, closer) {
      const held = { callId: newId(), payer: currentPayer(), startedAt: Date.now() };
      const { exempt, tenant } = held.payer;
      if (exempt || !(await budgets.mayApply(tenant))) return writeLater(held, call);
      const hold = (made: CallToMake) => reserveCall(db, held.payer, held.callId, made, options.holdSeconds);
      const answer = await holdPatiently(call, { hold, closer, signal, waitMs: options.waitMs ?? 10_000 });
      if (!answer.short) return { ...held, budgeted: answer.held > 0 };
      metrics.budgetRefusals.inc({ scope: answer.short.scope });
      throw refusalOf(answer, call);
    },
    settle,
    settleLater(held, end) {
      const told = end()
        .then((ended) => settle(held, ended))
        .catch((error: unknown) =>
          log.error({ err: error }, 'what became of a model call is not known: it counts as lost'),
        )
        .finally(() => counting.delete(told));
      counting.add(told);
    },
    written: later.flush,
    flush,
    async close() {
      await flush();
      await later.close();
    },
  };
}

type Told = Pick<CallEnd, 'outcome' | 'took'>;

interface Holding {
  hold: (call: CallToMake) => Promise<Reservation>;
  closer: (() => Promise<CallToMake>) | undefined;
  signal: AbortSignal;
  waitMs: number;
}

/** What others hold comes free when their calls are over: most take less than the worst. */
async function holdPatiently(
  call: CallToMake,
  { hold, closer, signal, waitMs }: Holding,
): Promise<Reservation> {
  let answer = await hold(call);
  if (!answer.short) return answer;
  const exact = closer ? await closer() : call;
  const until = Date.now() + waitMs;
  for (let pause = 20; ; pause = Math.min(pause * 2, 500)) {
    if (exact !== call || pause > 20) answer = await hold(exact);
    if (!answer.short || !mayComeFree(answer) || Date.now() >= until) return answer;
    await delay(pause * (0.5 + Math.random()), undefined, { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw error;
    });
  }
}

function mayComeFree({ short, take }: { short: SpentBudget; take: number | null }): boolean {
  return take !== null && short.reserved > 0 && short.spent + take <= short.most;
}

function refusalOf(
  { short, take }: { short: SpentBudget; take: number | null },
  { provider, model }: CallToMake,
) {
  if (take !== null) return new BudgetError(short);
  return unpricedError(short, provider === model ? model : `${provider}:${model}`);
}
