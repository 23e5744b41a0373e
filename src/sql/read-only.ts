import type { PGliteTransaction } from 'kysely';
import type pg from 'pg';
import { askBeside } from '../db/ask-beside.ts';
import type { Database, EmbeddedDatabase, PostgresDatabase } from '../db/open-database.ts';
import type { Pglite } from '../db/pglite.ts';
import { pgTypes } from '../db/value-types.ts';

/** Rows are lists, since several columns of a result may have one name. */
export interface QueryResult {
  columns: string[];
  rows: unknown[][];
}

export type Query = (text: string) => Promise<QueryResult>;

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
  return inTransaction(database, watch, 'read only', work);
}

/** The same for work that makes things of its own to look at, none of which is there afterwards. */
export function rolledBack<T>(
  database: Database,
  watch: Watch,
  work: (query: Query) => Promise<T>,
): Promise<T> {
  return inTransaction(database, watch, 'read write', work);
}

type Access = 'read only' | 'read write';

function inTransaction<T>(
  database: Database,
  watch: Watch,
  access: Access,
  work: (query: Query) => Promise<T>,
): Promise<T> {
  return database.kind === 'pglite'
    ? workEmbedded(database, watch, access, work)
    : workPostgres(database, watch, access, work);
}

async function workPostgres<T>(
  database: PostgresDatabase,
  watch: Watch,
  access: Access,
  work: (query: Query) => Promise<T>,
): Promise<T> {
  const client = await database.pool.connect();
  const pid = (client as pg.PoolClient & { processID: number }).processID; // pg sets it, its types leave it out
  const guard = startGuard(watch, () => askBeside(database, 'select pg_cancel_backend($1)', [pid]));
  let usable = false;
  try {
    await client.query(`begin ${access}`);
    const result = await work(async (text) => {
      guard.check();
      const { fields, rows } = await client.query<unknown[]>(extended(text));
      return { columns: fields.map(({ name }) => name), rows };
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
function extended(text: string): pg.QueryArrayConfig {
  return { text, types, rowMode: 'array', queryMode: 'extended' } as pg.QueryArrayConfig; // for queryMode
}

/** Kysely lets nobody else in meanwhile, so stopping the thread stops this work and no other. */
async function workEmbedded<T>(
  { db, pglite }: EmbeddedDatabase,
  watch: Watch,
  access: Access,
  work: (query: Query) => Promise<T>,
): Promise<T> {
  const alone = () =>
    pglite.transaction((transaction) => workInside(transaction, pglite, watch, access, work));
  try {
    return await db.connection().execute(alone);
  } catch (error) {
    if (error instanceof RollBack) return error.result as T; // what `work` returned
    throw error;
  }
}

async function workInside(
  transaction: PGliteTransaction,
  pglite: Pglite,
  watch: Watch,
  access: Access,
  work: (query: Query) => Promise<unknown>,
): Promise<never> {
  const guard = startGuard(watch, async (reason) => {
    pglite.stopQuery(reason.message).catch(() => undefined); // the next query waits for the restart, and hears if it failed
  });
  try {
    await transaction.query(`set transaction ${access}`);
    const result = await work(async (text) => {
      guard.check();
      const { fields, rows } = await transaction.query<unknown[]>(text, [], { rowMode: 'array' });
      return { columns: fields.map(({ name }) => name), rows };
    });
    throw new RollBack(result);
  } catch (error) {
    guard.check();
    throw error;
  } finally {
    await guard.end();
  }
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

const intervalOid = 1186;

/** As everywhere, and intervals as written: pg would make objects of them. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (id: number, format?: string) =>
    id === intervalOid ? (text: string) => text : pgTypes.getTypeParser(id, format as 'text'), // pg's overloads want a literal
};
