import { CallerError } from '../errors.ts';
import { currentCaller, currentTenant } from '../tenancy.ts';
import type { TurnContext } from './turns.ts';

/**
 * Takes places for so many turns among those that wait. The returned function has to be called when they were accepted or could not
 * be. Throws a `CallerError` (`too-many-requests`) when too many wait, of all tenants or of the one at work: none can have all
 * places.
 */
export async function joinQueue(
  { config, turns, limits }: TurnContext,
  many: number,
): Promise<(accepted: boolean) => void> {
  const tenant = currentTenant();
  const caller = currentCaller();
  const share = await limits.mostAtOnce('waiting', 'tenant', { tenant, ...(caller && { caller }) });
  const waiting = turns.waiting + turns.accepting; // nothing is waited for from here to where they are counted
  if (waiting >= config.runs.maxWaiting) throw tooMany(`${waiting} turns wait already.`);
  const own = turns.waitingOf.get(tenant) ?? 0;
  if (share !== undefined && own + many > share) {
    limits.refused('waiting.tenant');
    throw tooMany(`${own} turns of yours wait already.`, ['waiting.tenant']);
  }
  turns.accepting += many;
  turns.waitingOf.set(tenant, own + many);
  return (accepted) => {
    turns.accepting -= many;
    if (!accepted) turns.waitingOf.set(tenant, Math.max(0, (turns.waitingOf.get(tenant) ?? 0) - many));
  };
}

function tooMany(what: string, limits: string[] = []): CallerError {
  return new CallerError('too-many-requests', `${what} Try again soon.`, { retryAfter: 5, limits });
}
