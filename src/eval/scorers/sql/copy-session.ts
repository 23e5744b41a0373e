import { randomBytes } from 'node:crypto';
import type { Database } from '../../../db/open-database.ts';
import { errorMessage } from '../../../errors.ts';
import type { Query } from '../../../sql/ask-server.ts';
import { toJson } from '../../../sql/json-value.ts';
import { quoteName } from '../../../sql/quote.ts';
import { rolledBack } from '../../../sql/read-only.ts';
import { restrict } from '../../../sql/restrict.ts';
import type { SqlPolicy } from '../../../sql/sql-policy.ts';
import { TooLongError } from '../../../sql/start-guard.ts';
import type { Result } from './compare-results.ts';
import { nameOf, type Place } from './copy-sql.ts';
import { makeCopies } from './make-copies.ts';
import type { Perturbation } from './perturbation.ts';
import { readTables, type Table } from './read-tables.ts';
import type { SqlText } from './sql-text.ts';
import { factsOf, namesOfTables, type StatementFacts } from './statement-facts.ts';

/** What a statement gave on a copy, or why it gave nothing. */
export type Outcome = Result | { error: string };

/** Copies of the tables that a statement reads, to be changed and read as often as one likes. */
export interface CopySession {
  place: Place;
  tables: Table[];
  /** Those that the other statement reads alone. */
  more: Table[];
  facts: StatementFacts;
  /** What another statement looks at in the same tables. */
  factsOf(text: SqlText): StatementFacts;
  /** Runs a statement on the copies as they are just now, as the policy's role. After an error, nothing more can be done in the same change. */
  run(sql: string): Promise<Outcome>;
  /** The same for a statement that may fail. */
  attempt(sql: string): Promise<Outcome>;
  /** Moves rows to other places and changes how they are looked for: a result that hangs on that is none. */
  reorder(): Promise<void>;
  /** Changes the copies for as long as `work` takes. Undefined where the change cannot be made here. */
  changed<T>(perturbation: Perturbation, work: () => Promise<T>): Promise<T | undefined>;
}

export interface SessionOptions {
  settings: Record<string, string>;
  signal: AbortSignal;
  timeoutMs: number;
}

/**
 * Works on copies of what `gold` reads, and `other` beside it, in one transaction that is rolled back: nothing of it stays, and no table of the
 * tenant's is changed or locked against readers. All of it is done as the policy's role, so copies hold what the policy shows and no more.
 */
export function onCopies<T>(
  database: Database,
  policy: SqlPolicy,
  { gold, other }: { gold: SqlText; other?: SqlText },
  { settings, signal, timeoutMs }: SessionOptions,
  work: (session: CopySession) => Promise<T>,
): Promise<T> {
  const schema = `${place.schema}_${randomBytes(6).toString('hex')}`;
  return rolledBack(database, { timeoutMs, signal }, async (asIs) => {
    const query: Query = (text) => asIs(text.replaceAll(quoteName(place.schema), quoteName(schema)));
    const names = namesOfTables(gold);
    const more = other ? namesOfTables(other).filter((name) => !names.includes(name)) : [];
    const found = await readTables(query, policy, [...names, ...more]);
    const tables = found.filter(({ name }) => names.includes(name));
    await query(`create schema ${quoteName(place.schema)}`);
    await query(`grant usage, create on schema ${quoteName(place.schema)} to ${quoteName(policy.role)}`);
    await restrict(query, policy, { timeoutMs: Math.min(timeoutMs, statementMs) }, settings, [schema]);
    const facts = factsOf(gold, tables);
    const copies = await makeCopies(query, place, policy, {
      tables,
      more: found.filter((table) => !tables.includes(table)),
      facts,
    });
    const all = [...copies.tables, ...copies.more];
    const changes = await openChanges(query, all);
    return work({
      place,
      tables: copies.tables,
      more: copies.more,
      facts,
      factsOf: (text) => factsOf(text, all),
      run: (sql) => run(asIs, sql),
      attempt: (sql) => attempt(asIs, sql),
      reorder: () => reorder(query, place, all),
      changed: changes,
    });
  });
}

/** What the copies' schema is called in statements; each transaction has one of its own. */
const place: Place = { schema: 'baton_copy' };

/** Where the database itself keeps the time. */
const statementMs = 5_000;

async function run(query: Query, sql: string): Promise<Outcome> {
  try {
    const { columns, rows } = await query(sql);
    return { columns, rows: rows.map((row) => row.map(toJson)) };
  } catch (error) {
    if (error instanceof TooLongError) throw error;
    return { error: errorMessage(error) };
  }
}

async function attempt(query: Query, sql: string): Promise<Outcome> {
  await query('savepoint statement');
  const plan = await run(query, `explain (format json) ${sql}`);
  const outcome = 'error' in plan ? plan : costOf(plan) > mostCost ? tooDear : await run(query, sql);
  if ('error' in outcome) await query('rollback to savepoint statement');
  return outcome;
}

/** A mistake can join everything with everything: that takes too long to look at. */
const mostCost = 50_000;
const tooDear = { error: 'It costs too much.' };

function costOf({ rows }: Result): number {
  const plan = JSON.stringify(rows[0]?.[0] ?? '').replaceAll('\\', '');
  return Number(/"Total Cost": ?([\d.]+)/.exec(plan)?.[1] ?? 0);
}

/** After so many changes that were taken back, tables are mostly made of what is no more there, and slow. */
const changesAtMost = 6;

/** Keeps the tables as they were made, to put them back without the traces of changes that were taken back. */
async function openChanges(query: Query, tables: Table[]): Promise<CopySession['changed']> {
  const kept = (name: string) => nameOf(place, `${name} as made`);
  for (const { name } of tables)
    await query(`create table ${kept(name)} as select * from ${nameOf(place, name)}`);
  let depth = 0;
  let made = 0;
  const putBack = async () => {
    made = 0;
    for (const { name } of tables) {
      await query(`truncate ${nameOf(place, name)}`);
      await query(`insert into ${nameOf(place, name)} select * from ${kept(name)}`);
    }
  };
  return async (perturbation, work) => {
    if (depth === 0 && made >= changesAtMost) await putBack();
    made += 1;
    depth += 1;
    try {
      return await changed(query, perturbation, work);
    } finally {
      depth -= 1;
    }
  };
}

async function changed<T>(
  query: Query,
  { statements }: Perturbation,
  work: () => Promise<T>,
): Promise<T | undefined> {
  await query('savepoint change');
  let made = false;
  try {
    for (const statement of statements) await query(statement);
    made = true;
    return await work();
  } catch (error) {
    if (made || error instanceof TooLongError) throw error;
    return undefined;
  } finally {
    await query('rollback to savepoint change').catch(() => undefined); // where the transaction itself is gone, the first error says why
  }
}

async function reorder(query: Query, { schema }: Place, tables: Table[]): Promise<void> {
  for (const { name, columns } of tables) {
    const [first] = columns;
    if (!first) continue;
    const column = quoteName(first.name);
    await query(
      `update ${quoteName(schema)}.${quoteName(name)} set ${column} = ${column} where abs(hashtext(ctid::text)) % 2 = 0`,
    );
  }
  await query(`select set_config('enable_hashagg', 'off', true)`);
}
