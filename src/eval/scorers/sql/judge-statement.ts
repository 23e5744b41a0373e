import { createHash } from 'node:crypto';
import type { Database } from '../../../db/open-database.ts';
import type { SqlPolicy } from '../../../sql/sql-policy.ts';
import { TooLongError } from '../../../sql/start-guard.ts';
import { compareAtRest } from './compare-at-rest.ts';
import type { CompareOptions } from './compare-results.ts';
import { type CopySession, onCopies } from './copy-session.ts';
import { distil } from './distil.ts';
import { judgeResult, type RightResult } from './judge-result.ts';
import { perturbRows } from './perturb-rows.ts';
import { perturbTexts } from './perturb-texts.ts';
import { boundaryValues, calendarValues, furtherReferences, nullValues } from './perturb-values.ts';
import type { Perturbation } from './perturbation.ts';
import { groundOf } from './perturbations.ts';
import { withoutSchema, withTies } from './rewritten.ts';
import { runOnData } from './run-on-data.ts';
import { readSqlText, type SqlText } from './sql-text.ts';
import type { StatementFacts } from './statement-facts.ts';

export interface Judged {
  /** How it differs from the gold statement, in a sentence; absent: it agrees. */
  why?: string;
  /** Whether it differs on the data as they are, and not only on changed copies. */
  onData?: boolean;
  /** On how many changed copies the two were compared. */
  copies: number;
}

export interface JudgeOptions {
  ordered: boolean;
  extraColumns: boolean;
  settings: Record<string, string>;
  signal: AbortSignal;
  /** Changed copies for a gold statement are looked for once; absent: as long as the process runs. */
  kept?: Map<string, Promise<Perturbation[]>>;
}

/** How long all copies together may take. */
const copiesMs = 120_000;
const keptBy = new WeakMap<Database, Map<string, Promise<Perturbation[]>>>();

/**
 * Whether a statement says the same as a gold statement: it gives the same on the data as they are and on changed copies that tell the gold
 * statement apart from wrong ones (test-suite execution: Zhong, Yu, Klein, "Semantic Evaluation for Text-to-SQL with Distilled Test Suites",
 * EMNLP 2020). In a single row, where there is nothing to add up, null counts as 0.
 *
 * Rejects with an `Error` when the gold statement cannot be run: then the expectation is wrong, and nothing can be said of the other.
 */
export async function judgeStatement(
  database: Database,
  policy: SqlPolicy,
  { gold, sql }: { gold: string; sql: string },
  options: JudgeOptions,
): Promise<Judged> {
  const goldText = await readSqlText(gold);
  const ordered = options.ordered && Array.isArray(goldText.select.sortClause);
  const compare: CompareOptions = { ordered, extraColumns: options.extraColumns, emptyIsZero: true };
  const { right, error, difference } = await compareAtRest(
    () => rightOnData(database, policy, gold, options),
    () => runOnData(database, policy, sql, options),
    (right, seen) => judgeResult(right, seen, compare),
  );
  if (error !== undefined) return { why: `It does not run: ${error}`, onData: true, copies: 0 };
  if (difference !== undefined)
    return { why: `On the data as they are it gives ${difference}.`, onData: true, copies: 0 };
  if (policy.ofTenant) return { copies: 0 }; // views of an account, which do not say what their keys are
  const other = await readSqlText(sql);
  const inputs = { policy, gold: goldText, other, compare };
  const kept = options.kept ?? keptFor(database);
  const key = hash(JSON.stringify([policy.schema, gold, compare, right.result]));
  let running = 'gold';
  try {
    return await onCopies(database, policy, inputs, { ...options, timeoutMs: copiesMs }, (session) =>
      judgeOnCopies(session, inputs, kept, key, (what) => {
        running = what;
      }),
    );
  } catch (error) {
    if (error instanceof TooLongError && running === 'other') {
      return { why: 'On a changed copy of the data it does not come to an end.', copies: 0 };
    }
    throw error;
  }
}

function keptFor(database: Database): Map<string, Promise<Perturbation[]>> {
  const kept = keptBy.get(database) ?? new Map<string, Promise<Perturbation[]>>();
  keptBy.set(database, kept);
  return kept;
}

async function rightOnData(
  database: Database,
  policy: SqlPolicy,
  gold: string,
  options: JudgeOptions,
): Promise<RightResult> {
  const asked = { settings: options.settings, signal: options.signal, trusted: true };
  const result = await runOnData(database, policy, gold, asked);
  if ('error' in result) throw new Error(`The gold statement does not run: ${result.error} (${gold})`);
  const tied = await withTies(gold, readSqlText);
  const ties = tied === undefined ? undefined : await runOnData(database, policy, tied, asked);
  return { result, ...(ties && !('error' in ties) && { ties }) };
}

interface Inputs {
  policy: SqlPolicy;
  gold: SqlText;
  other: SqlText;
  compare: CompareOptions;
}

async function judgeOnCopies(
  session: CopySession,
  { policy, gold, other, compare }: Inputs,
  kept: Map<string, Promise<Perturbation[]>>,
  key: string,
  says: (running: 'gold' | 'other') => void,
): Promise<Judged> {
  const goldSql = withoutSchema(gold, policy.schema);
  const sql = withoutSchema(other, policy.schema);
  const tied = await withTies(goldSql, readSqlText);
  const right = () => rightHere(session, goldSql, tied);
  const first = await session.changed(asTheyAre, () => session.run(goldSql));
  if (!first || 'error' in first)
    throw new Error(`The gold statement reads what its tool may not show: ${first?.error} (${goldSql})`);
  const steady = () => steadyHere(session, right, compare);
  const distilled = kept.get(key) ?? distil(session, gold, { right, steady }, compare);
  kept.set(key, distilled);
  distilled.catch(() => kept.delete(key));
  const own = ownChanges(session, other);
  let copies = 0;
  for (const change of [asTheyAre, ...(await distilled), ...own]) {
    const difference = await session.changed(change, async () => {
      const expected = await right();
      if (!expected) return undefined;
      says('other');
      const seen = await session.run(sql);
      says('gold');
      if ('error' in seen) return `an error (${seen.error})`;
      const found = judgeResult(expected, seen, compare);
      if (found === undefined) copies += 1;
      return found === undefined || !(await steady()) ? undefined : found;
    });
    if (difference !== undefined) return { why: `With ${change.what} it gives ${difference}.`, copies };
  }
  return { copies };
}

const asTheyAre: Perturbation = { what: 'fewer rows', statements: [] };

async function rightHere(
  session: CopySession,
  gold: string,
  tied: string | undefined,
): Promise<RightResult | undefined> {
  const result = await session.run(gold);
  if ('error' in result) return undefined;
  const ties = tied === undefined ? undefined : await session.run(tied);
  return { result, ...(ties && !('error' in ties) && { ties }) };
}

/** Whether the right result is the same in whatever order rows are found. */
async function steadyHere(
  session: CopySession,
  right: () => Promise<RightResult | undefined>,
  compare: CompareOptions,
): Promise<boolean> {
  const expected = await right();
  const again = await session.changed({ what: '', statements: [] }, async () => {
    await session.reorder();
    return right();
  });
  return (
    expected !== undefined &&
    again !== undefined &&
    judgeResult(expected, again.result, compare) === undefined
  );
}

/** Changes at what the other statement alone compares with and looks at: its own numbers and dates, and what may be null there. */
function ownChanges(session: CopySession, other: SqlText): Perturbation[] {
  const { place, facts } = session;
  const tables = [...session.tables, ...session.more];
  const theirs = session.factsOf(other);
  const known = (compared: StatementFacts['compared'][number]) =>
    facts.compared.some(
      ({ table, column, constant }) =>
        table === compared.table && column === compared.column && constant === compared.constant,
    );
  const isText = ({ table: name, column }: { table: string; column: string }) =>
    tables.find((table) => table.name === name)?.columns.find((found) => found.name === column)?.kind ===
    'text';
  const compared = theirs.compared.filter((found) => !known(found) && !isText(found));
  const used = theirs.used.filter(
    ({ table, column }) => !facts.used.some((at) => at.table === table && at.column === column),
  );
  const ground = groundOf([
    ...perturbTexts(place, tables, facts),
    ...perturbRows(place, session.tables, facts),
  ]);
  const changes = [
    ...boundaryValues(place, tables, compared),
    ...calendarValues(place, tables, theirs.calendar),
    ...nullValues(place, tables, used),
    ...furtherReferences(place, tables, facts.used),
  ];
  return changes.map((change) => ({ ...change, statements: [...ground, ...change.statements] }));
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
