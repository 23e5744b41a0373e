import { type Kysely, sql } from 'kysely';
import { serviceRole, tenantRole, tenantSetting } from '../db/row-security.ts';
import type { Schema } from '../db/schema.ts';

/**
 * Lets tenants' work reach the queue, which pg-boss makes and owns: jobs of their own alone. To be called at every start, once
 * pg-boss has made its tables; it may run in several processes at once, and does nothing where all is done.
 */
export async function guardQueue(db: Kysely<Schema>): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('baton queue guard'))`.execute(trx);
    const { rows } = await sql<{ name: string; jobs: boolean; guarded: boolean; open: boolean }>`
      select format('%I.%I', n.nspname, c.relname) as name, c.relrowsecurity as guarded,
        exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'singleton_key') as jobs,
        has_table_privilege(${tenantRole}, c.oid, 'select') as open
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'baton_queue' and c.relkind in ('r', 'p')`.execute(trx);
    const run = (statement: string) => sql.raw(statement).execute(trx);
    if (rows.every(({ open }) => open)) return;
    await run(`grant usage on schema baton_queue to ${tenantRole}, ${serviceRole}`);
    for (const { name, jobs, guarded, open } of rows) {
      if (jobs && !guarded) await guardJobs(run, name);
      const rights = jobs ? 'select, insert, update, delete' : 'select';
      if (!open) await run(`grant ${rights} on ${name} to ${tenantRole}, ${serviceRole}`);
    }
  });
}

/** The owner, which is pg-boss, is not held to it. */
async function guardJobs(run: (statement: string) => Promise<unknown>, table: string): Promise<void> {
  const mine = `data ->> 'tenant' = current_setting('${tenantSetting}', true)`;
  await run(`alter table ${table} enable row level security`);
  await run(`create policy tenant on ${table} to ${tenantRole} using (${mine}) with check (${mine})`);
  await run(`create policy service on ${table} to ${serviceRole} using (true) with check (true)`);
}
