import { recordAction } from '../audit/record.ts';
import type { Database } from '../db/open-database.ts';
import { createTenant, listTenants, type Tenant, updateTenant } from '../db/tenants.ts';
import { CallerError } from '../errors.ts';
import { printable } from '../printable.ts';
import { tenantIdPattern } from '../tenancy.ts';

export interface TenantCommand {
  db: Database['db'];
  output: NodeJS.WritableStream;
}

/** Makes a tenant. Throws a `CallerError` for an id that is none, or taken. */
export async function makeTenant({ db, output }: TenantCommand, id: string, name = id): Promise<void> {
  if (!tenantIdPattern.test(id)) {
    throw new CallerError(
      'invalid-request',
      `${id}: expected small letters, digits and hyphens, 63 at most.`,
    );
  }
  const made = await createTenant(db, { tenantId: id, name });
  if (!made) throw new CallerError('conflict', `There is a tenant ${id} already.`);
  await recordAction(db, {
    action: 'tenant-create',
    tenant: id,
    target: { type: 'tenant', id },
    details: { name },
  });
  output.write(`The tenant ${id} is made. A key for it: baton key create --tenant ${id}\n`);
}

/** Prints all tenants, one a line. */
export async function printTenants({ db, output }: TenantCommand): Promise<void> {
  let after: string | undefined;
  for (;;) {
    const tenants = await listTenants(db, { limit: 500, after });
    for (const tenant of tenants) output.write(`${lineOf(tenant)}\n`);
    after = tenants.at(-1)?.tenant_id;
    if (after === undefined) return;
  }
}

/** Stops a tenant, or lets it go on. Throws a `CallerError` where there is none. */
export async function suspendTenant(
  { db, output }: TenantCommand,
  id: string,
  suspended: boolean,
): Promise<void> {
  const changed = await updateTenant(db, id, { suspended });
  if (!changed) throw new CallerError('not-found', `There is no tenant ${id}.`);
  const action = suspended ? 'tenant-suspend' : 'tenant-resume';
  await recordAction(db, { action, tenant: id, target: { type: 'tenant', id } });
  output.write(suspended ? `The tenant ${id} is suspended.\n` : `The tenant ${id} goes on.\n`);
}

function lineOf({ tenant_id, name, suspended_at, created_at }: Tenant): string {
  const state = suspended_at ? `suspended ${suspended_at.toISOString()}` : 'active';
  return [tenant_id, state, created_at.toISOString(), printable(name)].join('  ');
}
