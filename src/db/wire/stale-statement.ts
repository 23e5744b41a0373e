/**
 * Whether PostgreSQL does not carry out a statement by its name any more: a migration of another process changed what it returns, or a pooler
 * gave the connection a session that does not know the name, or knows it already. Nothing of the statement was done.
 */
export function isStale(error: unknown): boolean {
  const { code, routine } = error as { code?: unknown; routine?: unknown }; // errors of PostgreSQL carry them
  return code === '26000' || code === '42P05' || (code === '0A000' && routine === 'RevalidateCachedQuery');
}

/** A transaction met such a statement and cannot go on. Done again as a whole, it works. */
export class StaleStatementError extends Error {
  override name = 'StaleStatementError';

  constructor(cause: unknown) {
    super('A statement was prepared before the database changed.', { cause });
  }
}
