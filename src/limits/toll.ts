import { AsyncLocalStorage } from 'node:async_hooks';
import { CallerError } from '../errors.ts';
import { currentCaller } from '../tenancy.ts';
import type { Rule } from './limit-rule.ts';
import type { Reading } from './limit-store.ts';
import type { LimitedCharge, Limits } from './open-limits.ts';

/** Where a limit stood when it was last asked. */
export interface Standing extends Reading {
  rule: Rule;
}

/** What one request has to be counted against, until it is counted, all at once. */
export interface Toll {
  address: string;
  /** Not counted yet. */
  owed: LimitedCharge[];
  /** Whether what is counted to the address has been. */
  begun: boolean;
  standings: Map<string, Standing>;
}

const paying = new AsyncLocalStorage<Toll>();

/** Does something that may count more together with what a request owes. */
export function withToll<T>(toll: Toll, act: () => T): T {
  return paying.run(toll, act);
}

export function currentToll(): Toll | undefined {
  return paying.getStore();
}

/**
 * Counts what is owed, and more. Throws a `CallerError` (`too-many-requests`) that says when there is room, and counts nothing, where
 * a limit has none.
 */
export async function settleToll(limits: Limits, toll: Toll, more: LimitedCharge[] = []): Promise<void> {
  const charges = [...toll.owed, ...more];
  toll.owed = [];
  toll.begun = true;
  if (charges.length === 0) return;
  readToll(limits, toll, charges, await limits.limiter.take(charges));
}

/** Refuses whom this process alone has heard from too often already. Throws as `settleToll` does. */
export function guardToll(limits: Limits, toll: Toll): void {
  if (toll.owed.length > 0) readToll(limits, toll, toll.owed, limits.guard.take(toll.owed));
}

/** Counts turns, one for each of the graphs, to whoever asks for them. Throws as `settleToll` does. */
export async function payForTurns(limits: Limits, graphs: readonly string[]): Promise<void> {
  const caller = currentCaller();
  if (!caller) return;
  const toll = currentToll() ?? openToll('unknown');
  const { address } = toll;
  await settleToll(limits, toll, await limits.chargesFor({ things: ['turns'], address, caller, graphs }));
}

/** Whether turns of whoever asks are counted at all. */
export async function areTurnsCounted(limits: Limits): Promise<boolean> {
  const caller = currentCaller();
  if (!caller) return false;
  const { address } = currentToll() ?? openToll('unknown');
  return (await limits.chargesFor({ things: ['turns'], address, caller, graphs: [''] })).length > 0;
}

export function openToll(address: string): Toll {
  return { address, owed: [], begun: false, standings: new Map() };
}

function readToll(limits: Limits, toll: Toll, charges: LimitedCharge[], readings: Reading[]): void {
  const spent: Standing[] = [];
  for (const [at, { rule }] of charges.entries()) {
    const reading = readings[at];
    if (!reading) continue;
    const standing = { ...reading, rule };
    toll.standings.set(rule.name, standing);
    if (!reading.fits) spent.push(standing);
  }
  if (spent.length === 0) return;
  for (const { rule } of spent) limits.refused(rule.name);
  throw tooMany(spent);
}

/** What is said to whoever exceeded limits. */
function tooMany(spent: Standing[]): CallerError {
  const [last] = spent.toSorted((a, b) => b.waitMs - a.waitMs);
  const seconds = Math.max(1, Math.ceil((last?.waitMs ?? 0) / 1_000));
  const what = last
    ? `at most ${last.rule.quota} ${last.rule.thing} in ${timeOf(last.rule)} for each ${last.rule.kind}`
    : '';
  return new CallerError('too-many-requests', `Too many: ${what}. Try again in ${seconds} s.`, {
    retryAfter: seconds,
    limits: spent.map(({ rule }) => rule.name),
  });
}

function timeOf({ windowMs = 0 }: Rule): string {
  return windowMs % 60_000 === 0 && windowMs > 60_000
    ? `${windowMs / 60_000} minutes`
    : `${windowMs / 1_000} s`;
}
