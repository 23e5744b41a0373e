import { type Kysely, sql } from 'kysely';

/** Open runs are looked up by their thread, with each turn, however many runs the thread had; few are open, so the oldest are found among them all. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`drop index baton.run_open`.execute(db);
  await sql`create index run_open on baton.run (tenant_id, thread_id) where status in ('pending', 'running')`.execute(
    db,
  );
}
