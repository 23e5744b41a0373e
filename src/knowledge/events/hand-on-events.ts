import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../db/schema.ts';
import type { Queue } from '../../queue/open-queue.ts';
import { currentTenant } from '../../tenancy.ts';

/** How many get their numbers in one transaction. */
const batch = 200;

/**
 * Gives the tenant's events that have none their numbers in the feed, and hands those that somebody is to be told of to the queue,
 * each once. Who reads the feed by number misses none: numbers are given in turn, under a lock, to what is there for all to see, so a
 * transaction that began before others and ends after them comes after them. Any number of processes may do it at once.
 */
export async function handOnEvents(db: Kysely<Schema>, queue: Pick<Queue, 'addJob'>): Promise<void> {
  while (await hasUntold(db)) {
    await db.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(hashtext('baton domain events'), hashtext(${currentTenant()}))`.execute(
        trx,
      );
      for (const { event_no: eventNo, webhook } of await numberEvents(trx))
        if (webhook) await queue.addJob(trx, 'domain-event', { eventNo });
    });
  }
}

/** Tenants with events that have no number yet. For `asService`. */
export async function tenantsWithEvents(db: Kysely<Schema>): Promise<string[]> {
  const rows = await db
    .selectFrom('baton.domain_event')
    .select('tenant_id')
    .distinct()
    .where('event_no', 'is', null)
    .limit(1_000)
    .execute();
  return rows.map(({ tenant_id }) => tenant_id);
}

/** Whether the tenant has such events. */
export async function hasUntold(db: Kysely<Schema>): Promise<boolean> {
  const found = await db
    .selectFrom('baton.domain_event')
    .select('written')
    .where('event_no', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}

/** The newest event is never swept (see `sweepEvents`), so numbers are never given again. */
async function numberEvents(trx: Kysely<Schema>) {
  const { rows } = await sql<{ event_no: number; webhook: string | null }>`
    with newest as (select coalesce(max(event_no), 0) as no from baton.domain_event),
    untold as (
      select written, row_number() over (order by written) as place from (
        select written from baton.domain_event where event_no is null order by written limit ${batch}) waiting)
    update baton.domain_event e set event_no = newest.no + untold.place
    from untold, newest where e.written = untold.written
    returning e.event_no, e.webhook`.execute(trx);
  return rows.sort((a, b) => a.event_no - b.event_no);
}
