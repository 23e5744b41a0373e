import { type RawBuilder, sql } from 'kysely';

/** A run's place in the queue. */
interface RunPlace {
  queue: string;
  runId: string;
  /** What the queue keeps of it. */
  data: object;
  singletonKey: string;
  groupId: string;
}

/** What the rest of a statement says of a run that is added. */
export interface PlacedRow {
  /** One row for the run, none where it is not to be added. */
  accepted: RawBuilder<unknown>;
  /** Whether it is claimed as it is added. */
  begins: RawBuilder<boolean>;
}

/**
 * The row that pg-boss's `send` makes of a run, once for each row of the statement's `accepted`; where its `begins` says so, as
 * `fetch` leaves it that gives the run to the process that asks: active, for the first time, and alive just now.
 *
 * It stands here so that a turn is accepted, with its place in the queue, by one statement; a test holds it against pg-boss's own
 * rows, column by column. A run that may not be active, since another of its key is, violates the index that pg-boss has for that.
 */
export function insertPlace(
  { queue, runId, data, singletonKey, groupId }: RunPlace,
  { accepted, begins }: PlacedRow,
): RawBuilder<unknown> {
  return sql`
    insert into baton_queue.job (id, name, data, state, created_on, start_after, keep_until, started_on, heartbeat_on,
      singleton_key, group_id, expire_seconds, deletion_seconds, retry_limit, retry_delay, retry_backoff,
      retry_delay_max, policy, dead_letter, heartbeat_seconds)
    select ${runId}::uuid, q.name, ${JSON.stringify(data)}::jsonb,
      case when ${begins} then 'active' else 'created' end::baton_queue.job_state,
      at.now, at.now, at.now + q.retention_seconds * interval '1s',
      case when ${begins} then at.now end, case when ${begins} then at.now end,
      ${singletonKey}, ${groupId}, q.expire_seconds, q.deletion_seconds, q.retry_limit, q.retry_delay, q.retry_backoff,
      q.retry_delay_max, q.policy, q.dead_letter, q.heartbeat_seconds
    from ${accepted}, baton_queue.queue q, baton_queue.job_now() as at(now)
    where q.name = ${queue}`;
}
