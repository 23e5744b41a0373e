/** Of the network, and of Postgres: shutting down, starting, out of connections, memory or disk. */
const codes =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$|^(08...|57P0[1-5]|53...|55000)$/;

/** What node-pg, our embedded database and a `StaleStatementError` say without a code; the last two when this process closes them. */
const words =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|The embedded database has stopped|A statement was prepared before the database changed|driver has already been destroyed|Cannot use a pool after calling end)/;

/** Of Postgres: a statement, a lock or a transaction took longer than it may, or two of them waited for each other. */
const overdue = /^(57014|55P03|25P0[34]|40P01|40001)$/;

/** Whether a query was ended because it took too long: asking again may help, and may not. */
export function isOverdue(error: unknown): boolean {
  return error instanceof Error && overdue.test(String((error as { code?: unknown }).code)); // errors of Postgres carry one
}

/** Whether a query failed because the database cannot be reached just now: asking again later may help. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown }; // errors of Postgres and of Node carry one
  return typeof code === 'string' ? codes.test(code) : words.test(error.message);
}
