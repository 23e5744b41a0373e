import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { asService } from '../tenancy.ts';
import { anchorSeal } from './anchor.ts';
import { sealingKey } from './seal.ts';

const batch = 5_000;

/**
 * Takes away rows of the audit that are older than `days`, in each tenant from the oldest on and without gaps, and leaves an anchor
 * behind, so that what remains can be verified. Safe in several processes at once. Returns how many rows went.
 */
export function trimAudit(db: Kysely<Schema>, days: number): Promise<number> {
  return asService(async () => {
    let gone = 0;
    for (const tenant of await tenantsWithOld(db, days)) {
      for (let went = batch; went === batch; gone += went) went = await trimBatch(db, tenant, days);
    }
    return gone;
  });
}

async function tenantsWithOld(db: Kysely<Schema>, days: number): Promise<string[]> {
  const { rows } = await sql<{ tenant_id: string }>`
    select h.tenant_id from baton.audit_head h
    join baton.audit a on a.tenant_id = h.tenant_id and a.seq = h.anchor_seq + 1
    where a.at < now() - make_interval(days => ${days})`.execute(db);
  return rows.map(({ tenant_id }) => tenant_id);
}

async function trimBatch(db: Kysely<Schema>, tenant: string, days: number): Promise<number> {
  const last = await lastOld(db, tenant, days);
  if (!last) return 0;
  const key = sealingKey();
  const seal = anchorSeal(tenant, last.seq, last.hash, key) ?? null;
  const { rows } = await sql<{ gone: number }>`
    select baton.trim_audit(${tenant}, ${last.seq}, ${seal}, ${key}) as gone`.execute(db);
  return rows[0]?.gone ?? 0;
}

/** The last row of a batch before which, and with which, all are old. */
async function lastOld(
  db: Kysely<Schema>,
  tenant: string,
  days: number,
): Promise<{ seq: number; hash: string } | undefined> {
  const { rows } = await sql<{ seq: number; hash: string }>`
    select seq, hash from (
      select seq, hash, bool_and(at < now() - make_interval(days => ${days})) over (order by seq) as old
      from (
        select seq, hash, at from baton.audit where tenant_id = ${tenant} order by seq limit ${batch}
      ) as oldest
    ) as judged where old order by seq desc limit 1`.execute(db);
  return rows[0];
}
