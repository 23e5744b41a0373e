import type { Entry, Outcome } from '../audit/entry.ts';
import { recordAction } from '../audit/record.ts';
import type { Database } from '../db/open-database.ts';
import { loadParser } from './load-parser.ts';

export interface StatementEnd {
  outcome: Outcome;
  /** The rule that a refused statement broke, or why it failed. */
  reason?: string;
  tables?: string[];
  rows?: number;
  milliseconds?: number;
}

/**
 * Records a statement that a model wrote, with what became of it. Rejects when that cannot be done: then the model does not get to
 * see what the statement found.
 */
export async function recordStatement({ db }: Database, statement: string, end: StatementEnd): Promise<void> {
  await recordAction(db, await entryOf(statement, end));
}

/** What is recorded of a statement. The fingerprint is the same for statements that differ in their constants alone. */
export async function entryOf(statement: string, { outcome, ...end }: StatementEnd): Promise<Entry> {
  const { fingerprint } = await loadParser();
  const shape = await fingerprint(statement).catch(() => undefined); // what cannot be parsed has none
  return { action: 'sql-run', outcome, details: { statement, fingerprint: shape, ...end } };
}
