import { type RawBuilder, sql } from 'kysely';

/**
 * The one checkpoint of a name, for a recursive walk along parents. `limit` has it looked up by its key at each step;
 * else the planner may read the whole thread at each, as it does where it has no statistics.
 */
export function checkpoint(
  threadId: string,
  namespace: RawBuilder<unknown>,
  id: RawBuilder<unknown>,
): RawBuilder<unknown> {
  return sql`
    select * from baton.checkpoint
    where thread_id = ${threadId} and checkpoint_ns = ${namespace} and checkpoint_id = ${id} limit 1`;
}
