import type { PGliteTransaction } from 'kysely';
import type pg from 'pg';
import type { Entry } from '../audit/entry.ts';
import { recordAction, recordingOf } from '../audit/record.ts';
import { askBeside } from '../db/ask-beside.ts';
import type { Database, EmbeddedDatabase, PostgresDatabase } from '../db/open-database.ts';
import type { Pglite } from '../db/pglite.ts';
import { askTogether, failedAt, type Statement } from '../db/wire/round-trip.ts';
import { isStale } from '../db/wire/stale-statement.ts';
import { askServer, type Query, type QueryResult, rollback } from './ask-server.ts';
import { type Guard, type Limits, startGuard } from './start-guard.ts';

export interface Watch<T = unknown> extends Limits {
  /** What the transaction begins with. */
  first?: readonly Statement[];
  /** What the audit is to tell of the work. It is recorded once the transaction is over, before the caller hears anything. */
  record?: (ended: Ended<T>) => Promise<Entry> | undefined;
}

/** What reads: `queryLast` asks what nothing is asked after, and where that goes over a wire the transaction ends in the same round trip. */
type Work<T> = (query: Query, queryLast: Query) => Promise<T>;

/** How work ended. */
export type Ended<T> = { ok: true; result: T } | { ok: false; error: unknown };

/**
 * Gives work a read-only transaction of its own, which is always rolled back, so that nothing stays set on
 * the connection. Rejects with a `TooLongError` after `timeoutMs` and with the signal's reason once it aborts;
 * in both cases the query under way is stopped before.
 * Rejects also when what is to be recorded cannot be.
 */
export function readOnly<T>(database: Database, watch: Watch<T>, work: Work<T>): Promise<T> {
  return inTransaction(database, watch, 'read only', work);
}

/** The same for work that makes things of its own to look at, none of which is there afterwards. */
export function rolledBack<T>(database: Database, watch: Watch, work: Work<T>): Promise<T> {
  return inTransaction(database, watch, 'read write', work);
}

type Access = 'read only' | 'read write';

function inTransaction<T>(database: Database, watch: Watch<T>, access: Access, work: Work<T>): Promise<T> {
  return database.kind === 'pglite'
    ? workEmbedded(database, watch, access, work)
    : workPostgres(database, watch, access, work);
}

async function workPostgres<T>(
  database: PostgresDatabase,
  watch: Watch<T>,
  access: Access,
  work: Work<T>,
): Promise<T> {
  const client = await database.pool.connect();
  const pid = (client as pg.PoolClient & { processID: number }).processID; // pg sets it, its types leave it out
  const guard = startGuard(watch, () => askBeside(database, 'select pg_cancel_backend($1)', [pid]));
  let setup: Statement[] = [{ text: `begin ${access}` }, ...(watch.first ?? [])];
  let isOver = false;
  const asking =
    (after: Statement[]): Query =>
    async (...texts) => {
      guard.check();
      if (isOver) throw new Error('Nothing can be asked in a transaction that is over.');
      const before = setup;
      setup = [];
      const found = await askServer(client, { before, texts, after });
      isOver = after.length > 0;
      return found;
    };
  const ended = await endOf(guard, () => work(asking([]), asking([rollback])));
  await guard.end();
  const isIdle = setup.length > 0;
  const stopped = guard.ended !== undefined;
  const record = async () => watch.record?.(ended);
  if ((isIdle || isOver) && !stopped) {
    client.release();
    const entry = await record();
    if (entry) await recordAction(database.db, entry);
  } else await leave(database, client, { begun: !isIdle, stopped }, record);
  return resultOf(ended);
}

/**
 * Ends the transaction and records what is to be recorded; gives the connection back, or up. Both go out together, except behind a query that was
 * stopped: whatever may still come of that hits nothing but the end of its transaction, which is told to end even where it may have ended.
 */
async function leave(
  { db }: PostgresDatabase,
  client: pg.PoolClient,
  { begun, stopped }: { begun: boolean; stopped: boolean },
  record: () => Promise<Entry | undefined>,
): Promise<void> {
  const end = begun ? [rollback] : [];
  const entry = await record().catch((error: unknown) => {
    client.release(true);
    throw error;
  });
  let usable = false;
  try {
    const { statements, recorded } = entry && !stopped ? recordingOf(db, entry) : nothing;
    const ending = [...end, ...statements];
    if (ending.length > 0) await askTogether(client, ending);
    usable = true;
    recorded();
    if (!stopped) return;
  } catch (error) {
    const ofRecord = entry && !stopped && (failedAt(error) ?? 0) >= end.length;
    if (ofRecord && !isStale(error)) throw error;
  } finally {
    client.release(!usable);
  }
  if (entry) await recordAction(db, entry);
}

const nothing: ReturnType<typeof recordingOf> = { statements: [], recorded: () => undefined };

/** How work ends on which a guard has its eye: what ended it counts for more than what came of that. */
async function endOf<T>(guard: Guard, work: () => Promise<T>): Promise<Ended<T>> {
  try {
    const result = await work();
    guard.check();
    return { ok: true, result };
  } catch (error) {
    return { ok: false, error: guard.ended?.reason ?? error };
  }
}

function resultOf<T>(ended: Ended<T>): T {
  if (ended.ok) return ended.result;
  throw ended.error;
}

/** Kysely lets nobody else in meanwhile, so stopping the thread stops this work and no other. */
async function workEmbedded<T>(
  { db, pglite }: EmbeddedDatabase,
  watch: Watch<T>,
  access: Access,
  work: Work<T>,
): Promise<T> {
  const alone = () =>
    pglite.transaction((transaction) => workInside(transaction, pglite, watch, access, work));
  const ended = await db
    .connection()
    .execute(alone)
    .then(
      (): never => {
        throw new Error('Work that is always rolled back was kept.');
      },
      (error: unknown): Ended<T> =>
        error instanceof RollBack ? { ok: true, result: error.result as T } : { ok: false, error }, // what `work` returned
    );
  const entry = await watch.record?.(ended);
  if (entry) await recordAction(db, entry);
  return resultOf(ended);
}

async function workInside<T>(
  transaction: PGliteTransaction,
  pglite: Pglite,
  watch: Watch<T>,
  access: Access,
  work: Work<T>,
): Promise<never> {
  const guard = startGuard(watch, async (reason) => {
    pglite.stopQuery(reason.message).catch(() => undefined); // the next query waits for the restart, and hears if it failed
  });
  const askOne = async ({ text, values = [] }: Statement): Promise<QueryResult> => {
    guard.check();
    const { fields, rows } = await transaction.query<unknown[]>(text, [...values], { rowMode: 'array' });
    return { columns: fields.map(({ name }) => name), rows };
  };
  const askAll: Query = async (text, ...more) => {
    let result = await askOne({ text });
    for (const next of more) result = await askOne({ text: next });
    return result;
  };
  const ended = await endOf(guard, async () => {
    await askAll(`set transaction ${access}`);
    for (const statement of watch.first ?? []) await askOne(statement);
    return work(askAll, askAll);
  });
  await guard.end();
  throw ended.ok ? new RollBack(ended.result) : ended.error;
}

/** Leaves a transaction without keeping anything of it. */
class RollBack extends Error {
  readonly result: unknown;

  constructor(result: unknown) {
    super('rolled back');
    this.result = result;
  }
}
