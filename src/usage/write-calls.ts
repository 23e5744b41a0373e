import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { inTenant } from '../tenancy.ts';
import { type BegunCall, insertCalls, insertion } from './insert-calls.ts';
import { type Alert, type CallEnd, settleCalls, settlement } from './settle-calls.ts';

/** What became of them. */
export interface WrittenCalls {
  /** The ids of the calls that were not there before. */
  fresh: Set<string>;
  alerts: Alert[];
}

/**
 * Writes down calls of a tenant that begin, as `insertCalls` does, and what became of calls that are written, as `settleCalls` does: all in one
 * statement, or nothing.
 */
export async function writeCalls(
  db: Kysely<Schema>,
  tenant: string,
  { begun, ends }: { begun: BegunCall[]; ends: CallEnd[] },
  holdSeconds: number,
): Promise<WrittenCalls> {
  if (ends.length === 0) return { fresh: await insertCalls(db, tenant, begun, holdSeconds), alerts: [] };
  if (begun.length === 0) return { fresh: new Set(), alerts: await settleCalls(db, tenant, ends) };
  const { rows } = await inTenant(tenant, () =>
    sql<{ call_id: string } | ({ call_id: null } & Alert)>`
      with fresh as (${insertion(begun, holdSeconds)})
      select call_id, (null::baton.budget_alert).* from fresh
      union all
      select null, alert.* from ${settlement(ends)} as alert`.execute(db),
  );
  const fresh = new Set<string>();
  const alerts: Alert[] = [];
  for (const row of rows) {
    if (row.call_id === null) alerts.push(row);
    else fresh.add(row.call_id);
  }
  return { fresh, alerts };
}
