import path from 'node:path';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { errorMessage, StartError } from '../errors.ts';
import { EmbeddedDialect, type QueueLimits } from './embedded-dialect.ts';
import { lockFolder } from './lock-file.ts';
import { Pglite } from './pglite.ts';
import { rolePool } from './role-pool.ts';
import type { Schema } from './schema.ts';
import {
  countConnections,
  limitSession,
  limitsFor,
  type PoolCounts,
  type SessionLimits,
} from './session-limits.ts';
import { pgTypes } from './value-types.ts';
import { nameStatements } from './wire/statement-names.ts';

/** An open database. The two kinds have one schema; code that must know which one it has asks `kind`. */
export type Database = EmbeddedDatabase | PostgresDatabase;

export interface EmbeddedDatabase {
  kind: 'pglite';
  db: Kysely<Schema>;
  pglite: Pglite;
  counts(): PoolCounts;
  close(): Promise<void>;
}

export interface PostgresDatabase {
  kind: 'postgres';
  db: Kysely<Schema>;
  pool: pg.Pool;
  /** How to open connections beside the pool. */
  connection: { connectionString: string };
  counts(): PoolCounts;
  close(): Promise<void>;
}

export interface PoolOptions {
  /** Connections at most. */
  max?: number;
  limits?: SessionLimits;
  /** Statements at most that each connection keeps parsed and planned; 0: none, as some poolers need it. */
  statements?: number;
  /** Called for every error of a connection that nobody is waiting on, such as a restart of the server. */
  onError?: (error: Error) => void;
}

/** Opens embedded Postgres in `dataDir/db`, for this process alone. Rejects when another process has it. */
export async function openEmbedded(dataDir: string, limits?: QueueLimits): Promise<EmbeddedDatabase> {
  const lock = await lockFolder(dataDir);
  const pglite = new Pglite(path.join(dataDir, 'db'));
  try {
    await pglite.waitReady;
  } catch (cause) {
    await lock.release();
    throw new StartError(
      `The embedded database in ${dataDir} cannot be opened (${errorMessage(cause)}). Its files may be damaged or the disk full: free some space, or put a copy of the folder back, or set BATON_DATA_DIR to a new one.`,
      { cause },
    );
  }
  const dialect = new EmbeddedDialect(pglite, limits);
  const db = new Kysely<Schema>({ dialect });
  return {
    kind: 'pglite',
    db,
    pglite,
    counts: () => dialect.counts(),
    async close() {
      await db.destroy();
      await pglite.close();
      await lock.release();
    },
  };
}

/** Opens a pool on a PostgreSQL server; connects when first asked. Who gets no connection within two seconds hears so. */
export function openPostgres(
  url: string,
  { max = 10, limits = limitsFor(15_000), statements = 200, onError = () => undefined }: PoolOptions = {},
): PostgresDatabase {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: 2_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: pgTypes,
    application_name: 'baton',
    onConnect: (client) => limitSession(client, limits), // pg waits for it
  });
  // node-pg reports a lost connection on the pool when it is idle and on the client when it is checked out.
  pool.on('error', onError);
  pool.on('connect', (client) => client.on('error', onError));
  nameStatements(pool, statements);
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: rolePool(pool) }) });
  return {
    kind: 'postgres',
    db,
    pool,
    connection: { connectionString: url },
    counts: () => countConnections(pool),
    close: () => db.destroy(),
  };
}
