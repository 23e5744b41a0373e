import { type RawBuilder, sql } from 'kysely';

/**
 * One row while the thread belongs to `owner`, none when somebody took it over; always one where no owner is asked for.
 *
 * The thread's row stays locked against a takeover to the end of the statement that reads this. A takeover that is
 * under way is waited for, and then the condition is checked again: at READ COMMITTED, Postgres does so on the row's
 * newest version.
 */
export function fence(threadId: string, owner: string | undefined): RawBuilder<unknown> {
  if (owner === undefined) return sql`select true as held`;
  return sql`
    select true as held from baton.thread where thread_id = ${threadId}::uuid and owner = ${owner} for share`;
}
