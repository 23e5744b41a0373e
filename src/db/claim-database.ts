import type { Database } from './open-database.ts';

/** The server's lock for the one process of a database. The number means nothing elsewhere. */
const lock = 2_653_019;

export interface Claim {
  /** No other process had the database when it was claimed: what it left behind is nobody's. */
  alone: boolean;
  release(): void;
}

/**
 * Claims a database for this process. A server gives the claim up with the connection, so also when the
 * process is killed; the embedded database has its lock file.
 */
export async function claimDatabase(database: Database): Promise<Claim> {
  if (database.kind === 'pglite') return { alone: true, release: () => undefined };
  const client = await database.pool.connect();
  try {
    const { rows } = await client.query<{ alone: boolean }>('select pg_try_advisory_lock($1) as alone', [
      lock,
    ]);
    if (rows[0]?.alone) return { alone: true, release: () => client.release(true) };
  } catch (error) {
    client.release(true);
    throw error;
  }
  client.release();
  return { alone: false, release: () => undefined };
}
