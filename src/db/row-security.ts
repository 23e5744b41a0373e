import { type Kysely, sql } from 'kysely';

/** What work of one tenant, and work of the service itself, is done as. Neither owns a table or passes a policy by. */
export const tenantRole = 'baton_tenant';
export const serviceRole = 'baton_service';

/** The setting that names the tenant of a transaction. */
export const tenantSetting = 'baton.tenant';
/** The setting that names, as a JSON array, the graphs that a transaction may see; empty: all. */
export const graphsSetting = 'baton.graphs';

/** For a new table of tenants' rows: whose the row is, filled in from the transaction. */
export const tenantColumn = sql.raw(
  `tenant_id text not null default current_setting('${tenantSetting}') references baton.tenant on delete cascade`,
);

/**
 * Puts a table that has a `tenant_id` under row-level security: work of a tenant sees, makes and changes its own rows alone.
 * `rights` is what a tenant's work may do at all. For migrations; to be called once a table.
 */
export async function guardRows(
  db: Kysely<unknown>,
  table: string,
  rights = 'select, insert, update, delete',
): Promise<void> {
  const mine = `tenant_id = current_setting('${tenantSetting}', true)`;
  for (const statement of [
    `alter table ${table} enable row level security`,
    `alter table ${table} force row level security`,
    `create policy tenant on ${table} to ${tenantRole} using (${mine}) with check (${mine})`,
    `create policy service on ${table} to ${serviceRole} using (true) with check (true)`,
    `grant ${rights} on ${table} to ${tenantRole}`,
    `grant select, insert, update, delete on ${table} to ${serviceRole}`,
  ]) {
    await sql.raw(statement).execute(db);
  }
}
