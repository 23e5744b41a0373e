import type { Kysely } from 'kysely';
import { getKey } from '../db/api-keys.ts';
import type { Schema } from '../db/schema.ts';
import { CallerError, type Issue } from '../errors.ts';
import { nameFor, type Rule, writeAmount } from './limit-rule.ts';
import { clearOverride, listOverrides, type Override, setOverrides } from './overrides.ts';
import { type Change, readChange } from './read-rules.ts';

/** Amounts by the names of limits: `60/1m`, `off`, or null to have the service's limit again. */
export type Amounts = Record<string, string | null>;

export interface LimitChange {
  amounts: Amounts;
  /** The one key that it is for; absent: all of the tenant. */
  keyId?: string | undefined;
  /** Whether the limits of the tenant as a whole may be changed, which nobody may do for their own tenant. */
  operator: boolean;
}

/** A limit that holds, and who set it. */
export interface LimitInForce {
  name: string;
  /** `60/1m`; of what is counted at once, `60`; `off` where the tenant or the key has none. */
  amount: string;
  setFor: 'service' | 'tenant' | 'key';
  keyId?: string;
}

/**
 * Changes limits of the tenant at work, all or none. A thing by itself (`turns`) is a limit of the tenant, or of the key. Throws a
 * `CallerError`: `invalid-request` for what is no limit, `forbidden` for what operators alone may set, `not-found` for an unknown key.
 */
export async function changeLimits(
  db: Kysely<Schema>,
  { amounts, keyId, operator }: LimitChange,
): Promise<void> {
  const { set, cleared } = readAmounts(amounts, keyId);
  const whole = [...set.map(({ name }) => name), ...cleared].filter((name) => /(^|\.)tenant$/.test(name));
  if (whole.length > 0 && !operator) {
    throw new CallerError('forbidden', `Operators set ${whole.join(', ')}: it is the tenant’s as a whole.`);
  }
  if (keyId !== undefined && !(await getKey(db, keyId))) {
    throw new CallerError('not-found', `No key ${keyId}.`);
  }
  await db.transaction().execute(async (trx) => {
    await setOverrides(trx, set, keyId);
    for (const name of cleared) await clearOverride(trx, { name, keyId });
  });
}

function readAmounts(amounts: Amounts, keyId: string | undefined): { set: Change[]; cleared: string[] } {
  const set: Change[] = [];
  const cleared: string[] = [];
  const issues: Issue[] = [];
  for (const [asked, amount] of Object.entries(amounts)) {
    const name = nameFor(asked, keyId === undefined ? 'tenant' : 'key') ?? asked;
    const change = readChange(`${name}=${amount ?? 'off'}`);
    const problem = typeof change === 'string' ? change : kindProblem(change.name, keyId !== undefined);
    if (problem) issues.push({ path: `limits.${asked}`, message: problem });
    else if (typeof change !== 'string') {
      if (amount === null) cleared.push(change.name);
      else set.push(change);
    }
  }
  if (issues.length > 0) throw new CallerError('invalid-request', 'The limits are not valid.', { issues });
  return { set, cleared };
}

/** What cannot be a tenant's or a key's own. */
function kindProblem(name: string, ofKey: boolean): string | undefined {
  if (/(^|\.)address$/.test(name))
    return 'addresses are counted before it is known whose they are: BATON_LIMITS';
  if (ofKey && !/(^|\.)key$/.test(name)) return 'a key has limits of keys: key, turns.key';
  return undefined;
}

/** The limits that hold for the tenant at work, and those of single keys. */
export async function listLimits(db: Kysely<Schema>, rules: Rule[]): Promise<LimitInForce[]> {
  const overrides = await listOverrides(db);
  const own = new Set(overrides.filter(({ keyId }) => keyId === undefined).map(({ name }) => name));
  return [
    ...rules
      .filter(({ name }) => !own.has(name))
      .map((rule) => ({ name: rule.name, amount: writeAmount(rule), setFor: 'service' as const })),
    ...overrides.map(inForce),
  ];
}

function inForce({ name, rule, keyId }: Override): LimitInForce {
  const amount = rule ? writeAmount(rule) : 'off';
  return { name, amount, ...(keyId === undefined ? { setFor: 'tenant' } : { setFor: 'key', keyId }) };
}
