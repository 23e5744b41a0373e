import type { Writable } from 'node:stream';
import { recordAction } from '../audit/record.ts';
import type { Config } from '../config.ts';
import type { Database } from '../db/open-database.ts';
import { getTenant } from '../db/tenants.ts';
import { CallerError } from '../errors.ts';
import { type Amounts, changeLimits, listLimits } from '../limits/change-limits.ts';
import { readRules, usualRules } from '../limits/read-rules.ts';
import { printable } from '../printable.ts';
import { inTenant } from '../tenancy.ts';

export interface LimitCommand {
  db: Database['db'];
  config: Config;
  tenant: string;
  output: Writable;
}

/** `baton limit list`: prints the limits that hold for a tenant, one a line. Throws a `CallerError` for an unknown tenant. */
export async function listLimitsCommand({ db, config, tenant, output }: LimitCommand): Promise<void> {
  await checkTenant(db, tenant);
  const { maxStreams } = config.http;
  const { maxWaiting } = config.runs;
  const rules = readRules(config.limits.rules, usualRules({ maxStreams, maxWaiting }));
  for (const { name, amount, setFor, keyId } of await inTenant(tenant, () => listLimits(db, rules))) {
    const whose = setFor === 'key' ? `key ${keyId}` : setFor;
    output.write(`${name}=${amount}  (${printable(whose)})\n`);
  }
}

/** `baton limit set`: changes limits of a tenant, or of one of its keys, and says what holds. Throws a `CallerError` that says what is wrong. */
export async function setLimitsCommand(
  command: LimitCommand,
  { amounts, keyId }: { amounts: Amounts; keyId?: string | undefined },
): Promise<void> {
  const { db, tenant } = command;
  await checkTenant(db, tenant);
  await inTenant(tenant, async () => {
    await changeLimits(db, { amounts, keyId, operator: true });
    await recordAction(db, {
      action: 'limit-change',
      target: keyId === undefined ? { type: 'tenant', id: tenant } : { type: 'key', id: keyId },
      details: { limits: amounts },
    });
  });
  await listLimitsCommand(command);
}

/** Reads `turns=60/1m` as it stands on the command line. */
export function readAmount(entry: string): [string, string] {
  const [name = '', amount, ...rest] = entry.split('=');
  if (amount === undefined || rest.length > 0 || name === '')
    throw new CallerError('invalid-request', `${entry}: expected a limit such as turns=60/1m.`);
  return [name, amount];
}

async function checkTenant(db: Database['db'], tenant: string): Promise<void> {
  if (!(await getTenant(db, tenant))) throw new CallerError('not-found', `No tenant ${printable(tenant)}.`);
}
