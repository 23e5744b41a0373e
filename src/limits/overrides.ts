import type { Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { inTenant } from '../tenancy.ts';
import { type Rule, readName } from './limit-rule.ts';
import type { Change } from './read-rules.ts';

/** Limits of one tenant, or of one of its keys, in place of those of all. */
export interface Override extends Change {
  /** Absent: for all of the tenant. */
  keyId?: string;
}

/** All limits that the tenant at work has of its own. */
export async function listOverrides(db: Kysely<Schema>): Promise<Override[]> {
  const rows = await db
    .selectFrom('baton.limit_override')
    .select(['key_id', 'rule', 'quota', 'window_ms'])
    .orderBy('key_id')
    .orderBy('rule')
    .execute();
  return rows.flatMap(({ key_id, rule, quota, window_ms }) => {
    const named = readName(rule);
    if (!named) return []; // of a version that has more limits
    const amount = quota === null ? undefined : { quota, ...(window_ms !== null && { windowMs: window_ms }) };
    return [
      { name: rule, ...(key_id && { keyId: key_id }), ...(amount && { rule: { ...named, ...amount } }) },
    ];
  });
}

/** Sets limits of the tenant at work, or of one of its keys; what they were before is gone. */
export async function setOverrides(
  db: Kysely<Schema>,
  changes: Change[],
  keyId: string | undefined,
): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map(({ name, rule }) => ({
    key_id: keyId ?? '',
    rule: name,
    quota: rule?.quota ?? null,
    window_ms: rule?.windowMs ?? null,
  }));
  await db
    .insertInto('baton.limit_override')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'key_id', 'rule']).doUpdateSet((row) => ({
        quota: row.ref('excluded.quota'),
        window_ms: row.ref('excluded.window_ms'),
      })),
    )
    .execute();
}

/** Has the limit of all hold again. */
export async function clearOverride(
  db: Kysely<Schema>,
  { name, keyId = '' }: { name: string; keyId?: string | undefined },
): Promise<void> {
  await db.deleteFrom('baton.limit_override').where('key_id', '=', keyId).where('rule', '=', name).execute();
}

/** What is known of the limits of tenants, so that not every request asks. */
export interface KnownOverrides {
  of(tenant: string): Promise<Override[]>;
  /** They were changed here. */
  forget(tenant: string): void;
}

/** How long what other processes change may be unknown here, in milliseconds. */
const freshMs = 5_000;

/** Looks limits of tenants up and remembers them for a while: longer, while the database is away. */
export function knowOverrides(db: Kysely<Schema>): KnownOverrides {
  const known = new Map<string, { until: number; overrides: Promise<Override[]> }>();
  return {
    of(tenant) {
      const found = known.get(tenant);
      if (found && performance.now() < found.until) return found.overrides;
      const overrides = inTenant(tenant, () => listOverrides(db)).catch(() => found?.overrides ?? []);
      known.delete(tenant);
      known.set(tenant, { until: performance.now() + freshMs, overrides });
      const [oldest] = known.size > 10_000 ? known.keys() : [];
      if (oldest !== undefined) known.delete(oldest);
      return overrides;
    },
    forget: (tenant) => void known.delete(tenant),
  };
}

/** The limits that hold for a tenant and one of its keys: the key's before the tenant's before those of all. */
export function rulesWith(rules: Rule[], overrides: Override[], keyId: string | undefined): Rule[] {
  if (overrides.length === 0) return rules;
  const all = new Map(rules.map((rule) => [rule.name, rule]));
  for (const whose of [undefined, keyId]) {
    for (const { name, rule, keyId: of } of overrides) {
      if (of !== whose) continue;
      if (rule) all.set(name, rule);
      else all.delete(name);
    }
    if (keyId === undefined) break;
  }
  return [...all.values()];
}
