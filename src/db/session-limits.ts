import type { Socket } from 'node:net';
import type { ClientBase, Pool } from 'pg';

/** How long a session of PostgreSQL may take for what, in milliseconds; 0 is for ever. */
export interface SessionLimits {
  statement: number;
  lock: number;
  /** A transaction that does nothing: its process may be stuck, and its locks are not. */
  idleInTransaction: number;
  /** A whole transaction; PostgreSQL 17 and later know it. */
  transaction: number;
  /** How long the server may say nothing at all while it is asked something, before the connection counts as lost. */
  silence: number;
}

/** For migrations and other work that takes as long as it takes. Who has gone in the middle of a transaction lets go of its locks. */
export const patientLimits: SessionLimits = {
  statement: 0,
  lock: 0,
  idleInTransaction: 600_000,
  transaction: 0,
  silence: 0,
};

/** The limits that belong to one for statements, which is what people set. */
export function limitsFor(statement: number): SessionLimits {
  return {
    statement,
    lock: Math.min(statement, 10_000),
    idleInTransaction: 30_000,
    transaction: Math.max(4 * statement, 60_000),
    silence: statement + 5_000,
  };
}

/**
 * Gives a new connection its limits, before anything else is asked of it. They are set by a query, since poolers such as PgBouncer
 * refuse settings that come with the connection. Nothing is compiled for single statements (`jit`): ours look up a few rows by their keys, and
 * what PostgreSQL takes for large because it does not know how long a JSON list is would be compiled for seconds.
 */
export async function limitSession(client: ClientBase, limits: SessionLimits): Promise<void> {
  endSilence(client, setupMs);
  await client.query(setLimits, [
    String(limits.statement),
    String(limits.lock),
    String(limits.idleInTransaction),
    String(limits.transaction),
  ]);
  endSilence(client, limits.silence);
}

/** How long a new connection may take for its first answer, in milliseconds. */
const setupMs = 2_000;

const setLimits = `
  select set_config('statement_timeout', $1, false), set_config('lock_timeout', $2, false),
    set_config('idle_in_transaction_session_timeout', $3, false), set_config('jit', 'off', false),
    case when current_setting('transaction_timeout', true) is not null then set_config('transaction_timeout', $4, false) end`;

/**
 * Cuts a connection on which an answer is overdue: the server is frozen, or its packets vanish on the way. A query that
 * PostgreSQL would have ended by itself is never cut.
 */
function endSilence(client: ClientBase, milliseconds: number): void {
  // what pg keeps and its types leave out
  const asking = client as unknown as { connection: { stream: Socket }; readyForQuery?: boolean };
  const { stream } = asking.connection;
  stream.removeAllListeners('timeout');
  stream.setTimeout(milliseconds);
  stream.on('timeout', () => {
    if (asking.readyForQuery === false) stream.destroy(new SilentDatabaseError());
  });
}

/** The code is that of a network that does not answer. */
class SilentDatabaseError extends Error {
  override name = 'SilentDatabaseError';
  override message = 'The database does not answer any more.';
  readonly code = 'ETIMEDOUT';
}

/** How many connections a pool has, how many of them nobody uses, and how many requests wait for one. */
export function countConnections({ totalCount, idleCount, waitingCount }: Pool): PoolCounts {
  return { total: totalCount, idle: idleCount, waiting: waitingCount };
}

export interface PoolCounts {
  total: number;
  idle: number;
  waiting: number;
}
