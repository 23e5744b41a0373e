import { sql } from 'kysely';

/**
 * For a statement that ends several runs, with their claims in `given (run_id, status, retry_count)`; a run without a status goes on.
 * The ids of the claims that hold, whose rows are locked; those that somebody else has locked are left out.
 */
export const heldClaims = sql`
  select held.id from baton_queue.job held join given on held.id = given.run_id
  where given.status is not null and held.name = 'run' and held.state = 'active' and held.retry_count = given.retry_count
  order by held.id for update of held skip locked`;

/** Takes the runs that end, in `good (run_id, status)`, out of the queue. */
export const endClaims = sql`
  delete from baton_queue.job over using good
  where over.name = 'run' and over.id = good.run_id and good.status is not null`;
