import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';

/** Tenants that have alerts which nobody has been told of, where their budget says whom to tell. For `asService`. */
export async function tenantsWithAlerts(db: Kysely<Schema>): Promise<string[]> {
  const { rows } = await sql<{ tenant_id: string }>`
    select distinct a.tenant_id from baton.budget_alert a
    join baton.budget b on b.tenant_id = a.tenant_id and b.budget_id = a.budget_id
    where a.told_at is null and b.webhook is not null limit 1000`.execute(db);
  return rows.map(({ tenant_id }) => tenant_id);
}

/** Takes such alerts of the tenant, in the transaction in which they are handed to who sends them. Returns their ids. */
export async function takeAlerts(trx: Kysely<Schema>): Promise<string[]> {
  const { rows } = await sql<{ alert_id: string }>`
    update baton.budget_alert set told_at = now()
    where alert_id in (
      select a.alert_id from baton.budget_alert a
      join baton.budget b on b.tenant_id = a.tenant_id and b.budget_id = a.budget_id
      where a.told_at is null and b.webhook is not null
      order by a.created_at limit 100 for update of a skip locked)
    returning alert_id`.execute(trx);
  return rows.map(({ alert_id }) => alert_id);
}

/** What an alert says, and to whom; undefined when it, or the address, is gone. */
export async function readAlert(db: Kysely<Schema>, alertId: string) {
  return db
    .selectFrom('baton.budget_alert as a')
    .innerJoin('baton.budget as b', (join) =>
      join.onRef('b.tenant_id', '=', 'a.tenant_id').onRef('b.budget_id', '=', 'a.budget_id'),
    )
    .select([
      'a.alert_id',
      'a.tenant_id',
      'a.who',
      'a.begins',
      'a.threshold',
      'a.spent',
      'a.most',
      'a.created_at',
    ])
    .select(['b.budget_id', 'b.scope', 'b.subject', 'b.period', 'b.unit', 'b.webhook'])
    .where('a.alert_id', '=', alertId)
    .executeTakeFirst();
}
