import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { Database } from '../db/open-database.ts';
import { ToolError } from '../errors.ts';
import type { Json } from '../message.ts';
import { checkSql } from '../sql/check-sql.ts';
import { runSelect, type SqlResult } from '../sql/run-select.ts';
import type { SqlPolicy } from '../sql/sql-policy.ts';
import { formatTable } from './format-table.ts';
import { readLines } from './read-lines.ts';

export interface SqlCommand {
  policy: SqlPolicy;
  /** Needed unless `check` is set. */
  database?: Database | undefined;
  /** Says whether the statement may run, and does not run it. */
  check: boolean;
  /** Without it, every line of `input` is a statement. */
  statement?: string | undefined;
  input: Readable;
  output: Writable;
  signal?: AbortSignal | undefined;
}

type Outcome =
  | { ok: true; result?: SqlResult; tables: string[] }
  | { ok: false; reason: string; rule?: string };

/** A line is one statement with its answer, so it needs no more than this. */
const longestLine = 1_000_000;

/**
 * Runs SQL as the SQL agent would, or says why not. A statement prints a table; without one, each line of
 * `input` is a JSON string or `{"sql": …, "id"?: …}`, and each line of `output` says `ok`, and `reason` or
 * the result. Returns whether every statement was accepted.
 */
export async function runSqlCommand(command: SqlCommand): Promise<boolean> {
  return command.statement === undefined ? runLines(command) : runOne(command, command.statement);
}

async function runOne(command: SqlCommand, statement: string): Promise<boolean> {
  const outcome = await decide(statement, command);
  if (!outcome.ok) await write(command.output, `Not run: ${outcome.reason}\n`);
  else if (outcome.result) await write(command.output, formatTable(outcome.result));
  else await write(command.output, `May run. It reads ${outcome.tables.join(', ') || 'no table'}.\n`);
  return outcome.ok;
}

async function runLines(command: SqlCommand): Promise<boolean> {
  let all = true;
  for await (const line of readLines(command.input, longestLine)) {
    if (line?.trim() === '') continue;
    const { sql, id, problem } = readLine(line);
    const outcome: Outcome = sql === undefined ? { ok: false, reason: problem } : await decide(sql, command);
    all &&= outcome.ok;
    await write(
      command.output,
      `${JSON.stringify({ ...(id !== undefined && { id }), ...toLine(outcome) })}\n`,
    );
  }
  return all;
}

function toLine(outcome: Outcome): object {
  if (!outcome.ok || !outcome.result) return outcome;
  return { ok: true, ...outcome.result };
}

/** A statement, or what is wrong with the line. */
function readLine(line: string | undefined): { sql?: string; id?: Json; problem: string } {
  const problem = 'A line is a JSON string or an object {"sql": "…", "id"?: …}.';
  if (line === undefined) return { problem: `A line may have at most ${longestLine} bytes.` };
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { problem: `The line is not JSON. ${problem}` };
  }
  if (typeof value === 'string') return { sql: value, problem };
  const { sql, id } = (value ?? {}) as { sql?: unknown; id?: Json }; // any JSON value can be asked for a field
  return { ...(typeof sql === 'string' && { sql }), ...(id !== undefined && { id }), problem };
}

async function decide(statement: string, { policy, database, check, signal }: SqlCommand): Promise<Outcome> {
  const checked = await checkSql(statement, policy);
  if (!checked.ok) return { ok: false, reason: checked.reason, rule: checked.rule };
  if (check || !database) return { ok: true, tables: checked.tables };
  try {
    const result = await runSelect(database, statement, policy, signal ? { signal } : {});
    return { ok: true, result, tables: result.tables };
  } catch (error) {
    if (error instanceof ToolError) return { ok: false, reason: error.message };
    throw error;
  }
}

async function write(output: Writable, text: string): Promise<void> {
  if (!output.write(text)) await once(output, 'drain');
}
