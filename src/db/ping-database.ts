import { type Kysely, sql } from 'kysely';
import { asOwner } from '../tenancy.ts';
import { askBeside } from './ask-beside.ts';
import type { Database } from './open-database.ts';
import type { Schema } from './schema.ts';

/** Resolves when the database answers. */
export async function pingDatabase(db: Kysely<Schema>): Promise<void> {
  await asOwner(() => sql`select 1`.execute(db));
}

/** Resolves when the database answers, also while every connection of the pool is taken. Rejects within a few seconds when it does not. */
export async function reachDatabase(database: Database): Promise<void> {
  if (database.kind === 'pglite') await pingDatabase(database.db);
  else await askBeside(database, 'select 1');
}
