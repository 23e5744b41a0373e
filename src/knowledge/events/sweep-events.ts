import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import { asService } from '../../tenancy.ts';

/**
 * Deletes events that are older than so many days and were handed on; of every tenant the newest stays, since numbers go on from
 * it. Tells how many those were. Several processes may do it at once.
 */
export async function sweepEvents(db: Kysely<Schema>, days: number, batch = 1_000): Promise<number> {
  for (let swept = 0; ; ) {
    const deleted = await asService(() => deleteOld(db, days, batch));
    swept += deleted;
    if (deleted < batch) return swept;
  }
}

async function deleteOld(db: Kysely<Schema>, days: number, limit: number): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from baton.domain_event where (tenant_id, written) in (
      select e.tenant_id, e.written from baton.domain_event e
      where e.created_at < now() - make_interval(days => ${days}) and e.event_no is not null
        and exists (select from baton.domain_event n where n.tenant_id = e.tenant_id and n.event_no > e.event_no)
      order by e.created_at limit ${limit} for update of e skip locked)`.execute(db);
  return Number(numAffectedRows);
}
