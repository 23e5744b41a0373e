import { type Kysely, sql } from 'kysely';

/**
 * What a run has said so far stays in its row up to 3 kB, compressed: what is moved out leaves holes when the run's rows become one, which
 * PostgreSQL's map of free room rounds down to less than the next piece needs.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table baton.event set (toast_tuple_target = 3000)`.execute(db);
}
