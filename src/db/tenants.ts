import type { Kysely, Selectable } from 'kysely';
import { asService } from '../tenancy.ts';
import type { Schema } from './schema.ts';
import type { TenantTable } from './tables/thread-tables.ts';

export type Tenant = Selectable<TenantTable>;

/** Makes a tenant. Returns undefined when its id is taken. For operators. */
export function createTenant(
  db: Kysely<Schema>,
  tenant: { tenantId: string; name: string },
): Promise<Tenant | undefined> {
  return asService(() =>
    db
      .insertInto('baton.tenant')
      .values({ tenant_id: tenant.tenantId, name: tenant.name })
      .onConflict((conflict) => conflict.column('tenant_id').doNothing())
      .returningAll()
      .executeTakeFirst(),
  );
}

/** A page of all tenants, by id. For operators. */
export function listTenants(
  db: Kysely<Schema>,
  { limit, after }: { limit: number; after?: string | undefined },
): Promise<Tenant[]> {
  return asService(() =>
    db
      .selectFrom('baton.tenant')
      .selectAll()
      .$if(after !== undefined, (query) => query.where('tenant_id', '>', after ?? ''))
      .orderBy('tenant_id')
      .limit(limit)
      .execute(),
  );
}

/** A tenant, whoever asks. */
export function getTenant(db: Kysely<Schema>, tenantId: string): Promise<Tenant | undefined> {
  return asService(() =>
    db.selectFrom('baton.tenant').selectAll().where('tenant_id', '=', tenantId).executeTakeFirst(),
  );
}

/** Renames a tenant, stops it or lets it go on. Returns undefined when there is none. For operators. */
export function updateTenant(
  db: Kysely<Schema>,
  tenantId: string,
  change: { name?: string | undefined; suspended?: boolean | undefined },
): Promise<Tenant | undefined> {
  const { name, suspended } = change;
  return asService(() =>
    db
      .updateTable('baton.tenant')
      .set((eb) => ({
        tenant_id: eb.ref('tenant_id'),
        ...(name !== undefined && { name }),
        ...(suspended === false && { suspended_at: null }),
        ...(suspended && { suspended_at: eb.fn.coalesce('suspended_at', eb.fn<Date>('now')) }),
      }))
      .where('tenant_id', '=', tenantId)
      .returningAll()
      .executeTakeFirst(),
  );
}

/** The ids of the tenants that may do nothing just now. */
export async function listSuspended(db: Kysely<Schema>): Promise<string[]> {
  const found = await asService(() =>
    db.selectFrom('baton.tenant').select('tenant_id').where('suspended_at', 'is not', null).execute(),
  );
  return found.map(({ tenant_id }) => tenant_id);
}
