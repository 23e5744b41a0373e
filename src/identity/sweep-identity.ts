import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { asService } from '../tenancy.ts';

/** Deletes sessions and mailed tokens that have expired, and attempts that are forgotten. Any number of processes may do it at once. */
export async function sweepIdentity(db: Kysely<Schema>): Promise<void> {
  await asService(async () => {
    await db.deleteFrom('baton.session').where('expires_at', '<', sql<Date>`now()`).execute();
    await db.deleteFrom('baton.mail_token').where('expires_at', '<', sql<Date>`now()`).execute();
    await db.deleteFrom('baton.attempt').where('forget_at', '<', sql<Date>`now()`).execute();
  });
}
