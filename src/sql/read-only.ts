import { sql } from 'kysely';
import pg from 'pg';
import type { Database, EmbeddedDatabase, PostgresDatabase } from '../db/open-database.ts';
import { pgTypes } from '../db/value-types.ts';

export type Row = Record<string, unknown>;
export type Query = (text: string) => Promise<Row[]>;

export interface Watch {
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** What ended a transaction that took longer than it may. */
export class TooLongError extends Error {
  override name = 'TooLongError';
}

/**
 * Gives work a read-only transaction of its own, which is always rolled back, so that nothing stays set on
 * the connection. Rejects with a `TooLongError` after `timeoutMs` and with the signal's reason once it aborts;
 * in both cases the query under way is stopped before.
 */
export function readOnly<T>(
  database: Database,
  watch: Watch,
  work: (query: Query) => Promise<T>,
): Promise<T> {
  return database.kind === 'pglite'
    ? readEmbedded(database, watch, work)
    : readPostgres(database, watch, work);
}

async function readPostgres<T>(
  { pool }: PostgresDatabase,
  watch: Watch,
  work: (query: Query) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  const pid = (client as pg.PoolClient & { processID: number }).processID; // pg sets it, its types leave it out
  const guard = startGuard(watch, () => cancelBackend(pool, pid));
  let usable = false;
  try {
    await client.query('begin read only');
    const result = await work(async (text) => {
      guard.check();
      return (await client.query<Row>(extended(text))).rows;
    });
    guard.check();
    return result;
  } catch (error) {
    guard.check();
    throw error;
  } finally {
    await guard.end();
    usable = await client.query('rollback').then(
      () => true,
      () => false,
    );
    client.release(!usable);
  }
}

/** The extended protocol takes one statement only; pg knows it as `queryMode`, its types do not. */
function extended(text: string): pg.QueryConfig {
  return { text, types, queryMode: 'extended' } as pg.QueryConfig; // for queryMode
}

/** Kysely lets nobody else in during the transaction, so stopping the thread stops this work and no other. */
async function readEmbedded<T>(
  { db, pglite }: EmbeddedDatabase,
  watch: Watch,
  work: (query: Query) => Promise<T>,
): Promise<T> {
  const outcome = await db
    .transaction()
    .execute(async (trx) => {
      const guard = startGuard(watch, (reason) => pglite.stopQuery(reason.message));
      try {
        await sql`set transaction read only`.execute(trx);
        const result = await work(async (text) => {
          guard.check();
          return (await sql.raw<Row>(text).execute(trx)).rows;
        });
        guard.check();
        throw new RollBack(result);
      } catch (error) {
        guard.check();
        throw error;
      } finally {
        await guard.end();
      }
    })
    .catch((error: unknown) => error);
  if (outcome instanceof RollBack) return outcome.result as T; // what `work` returned
  throw outcome;
}

/** Leaves a transaction without keeping anything of it. */
class RollBack extends Error {
  readonly result: unknown;

  constructor(result: unknown) {
    super('rolled back');
    this.result = result;
  }
}

interface Guard {
  /** Throws why the work has to end, when it has. */
  check(): void;
  /** Waits until a stop under way is through, so that it cannot hit whoever has the connection next. */
  end(): Promise<void>;
}

function startGuard({ timeoutMs, signal }: Watch, stop: (reason: Error) => Promise<unknown>): Guard {
  let ended: { reason: unknown } | undefined;
  let stopping: Promise<unknown> | undefined;
  const end = (reason: unknown) => {
    if (ended) return;
    ended = { reason };
    stopping = stop(reason instanceof Error ? reason : new Error('The query was stopped.')).catch(
      () => undefined,
    );
  };
  const onAbort = () => end(signal?.reason);
  const timer = setTimeout(
    () => end(new TooLongError(`The query took longer than ${timeoutMs} ms.`)),
    timeoutMs,
  );
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) ended = { reason: signal.reason };
  return {
    check() {
      if (ended) throw ended.reason;
    },
    async end() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      await stopping;
    },
  };
}

/** Uses a connection of its own: the pool may have none left, and a cancel cannot wait. */
async function cancelBackend(pool: pg.Pool, pid: number): Promise<void> {
  const client = new pg.Client(pool.options);
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select pg_cancel_backend($1)', [pid]);
  } finally {
    await client.end();
  }
}

const intervalOid = 1186;

/** As everywhere, and intervals as written: pg would make objects of them. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (id: number, format?: string) =>
    id === intervalOid ? (text: string) => text : pgTypes.getTypeParser(id, format as 'text'), // pg's overloads want a literal
};
