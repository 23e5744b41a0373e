import pg from 'pg';
import type { PostgresDatabase } from './open-database.ts';

const patienceMs = 1_500;

/**
 * Asks a server one thing over a connection of its own: the pool may have none left, or its server may have fallen silent.
 * Rejects within a few seconds when there is no answer.
 */
export async function askBeside(
  { connection }: Pick<PostgresDatabase, 'connection'>,
  text: string,
  values: unknown[] = [],
): Promise<void> {
  const client = new pg.Client({
    ...connection,
    connectionTimeoutMillis: patienceMs,
    query_timeout: patienceMs,
    application_name: 'baton-beside',
  });
  client.on('error', () => undefined); // whoever asks hears of it
  try {
    await client.connect();
    await client.query(text, values);
  } finally {
    const ended = client.end();
    ended.catch(() => undefined); // nobody waits for it
    setTimeout(() => client.connection.stream.destroy(), patienceMs).unref();
  }
}
