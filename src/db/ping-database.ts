import { type Kysely, sql } from 'kysely';
import pg from 'pg';
import type { Database } from './open-database.ts';
import type { Schema } from './schema.ts';

/** Resolves when the database answers. */
export async function pingDatabase(db: Kysely<Schema>): Promise<void> {
  await sql`select 1`.execute(db);
}

const patienceMs = 1_500;

/**
 * Resolves when the database answers, also while every connection of the pool is taken: on a server, over a connection of its own.
 * Rejects within a few seconds when it does not.
 */
export async function reachDatabase(database: Database): Promise<void> {
  if (database.kind === 'pglite') return pingDatabase(database.db);
  const client = new pg.Client({
    ...database.connection,
    connectionTimeoutMillis: patienceMs,
    query_timeout: patienceMs,
    application_name: 'baton-ready',
  });
  client.on('error', () => undefined); // whoever asks hears of it
  try {
    await client.connect();
    await client.query('select 1');
    await client.end();
  } finally {
    client.connection.stream.destroy();
  }
}
