import { type Kysely, sql } from 'kysely';
import { longestRow } from './event-rows.ts';
import type { Schema } from './schema.ts';

/**
 * Makes the log of a run that is over one row, unless another run wrote in between or it is long. To be called in the transaction that writes
 * the run's last event.
 */
export async function foldLog(db: Kysely<Schema>, runId: string): Promise<void> {
  await sql`
    with log as materialized (
      select min(first_seq) as first_seq, max(last_seq) as last_seq, string_agg(events, E'\n' order by first_seq) as events
      from baton.event where run_id = ${runId}
      having count(*) > 1 and sum(last_seq - first_seq + 1) = max(last_seq) - min(first_seq) + 1
        and sum(octet_length(events)) <= ${sql.lit(longestRow)}
    ), gone as (
      delete from baton.event e using log where e.run_id = ${runId} and e.first_seq > log.first_seq
    )
    update baton.event e set last_seq = log.last_seq, events = log.events
    from log where e.run_id = ${runId} and e.first_seq = log.first_seq`.execute(db);
}
