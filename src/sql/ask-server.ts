import type pg from 'pg';
import { pgTypes } from '../db/value-types.ts';
import { type Answer, askTogether, failedAt, type Statement } from '../db/wire/round-trip.ts';
import { isStale } from '../db/wire/stale-statement.ts';
import { namesOf } from '../db/wire/statement-names.ts';

/** Rows are lists, since several columns of a result may have one name. */
export interface QueryResult {
  columns: string[];
  rows: unknown[][];
}

/** Asks statements at once, each of them one statement, and resolves with the result of the last; none is carried out that follows one that fails. */
export type Query = (...texts: [string, ...string[]]) => Promise<QueryResult>;

/** Whether an error is of what a transaction begins with, and not of what it was asked then. */
export function isOfSetup(error: unknown): boolean {
  return error instanceof Error && ofSetup.has(error);
}

const ofSetup = new WeakSet<Error>();

export const rollback: Statement = { text: 'rollback' };

interface Asked {
  /** How the transaction begins, where it is to. */
  before: readonly Statement[];
  texts: readonly string[];
  /** How it ends. */
  after: readonly Statement[];
}

/** Asks texts in a transaction of a connection's own, with its beginning and its end in the same round trip. Resolves with the result of the last of them. */
export async function askServer(
  client: pg.PoolClient,
  { before, texts, after }: Asked,
): Promise<QueryResult> {
  const statements = [...before, ...texts.map((text) => ({ text })), ...after];
  try {
    return toResult(
      await askTogether(client, statements, { ...reading, of: before.length + texts.length - 1 }),
    );
  } catch (error) {
    const [first] = before;
    if (first && first !== rollback && isStale(error)) {
      namesOf(client)?.outdate();
      return askServer(client, { before: [rollback, ...before], texts, after });
    }
    if (error instanceof Error && (failedAt(error) ?? 0) < before.length) ofSetup.add(error);
    throw error;
  }
}

function toResult({ columns, rows }: Answer): QueryResult {
  return { columns, rows: rows as unknown[][] }; // lists, as asked
}

const intervalOid = 1186;

/** As everywhere, and intervals as written: pg would make objects of them. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (id: number, format?: string) =>
    id === intervalOid ? (text: string) => text : pgTypes.getTypeParser(id, format as 'text'), // pg's overloads want a literal
};

const reading = { lists: true, types };
