import { type Kysely, sql } from 'kysely';

/** An array that only grows may forget its first items: a version says from which position of its chain it begins. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table baton.checkpoint_value add column chain_from int not null default 0`.execute(db);
}
