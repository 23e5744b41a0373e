/**
 * How well the SQL scorer tells wrong statements from right ones: of mutants of gold statements (each with one mistake, of the kinds that mostly matter) and of statements written wrong
 * by hand, how many give the right result on the data as they are, and how many of these still agree on changed copies; and whether statements that
 * say the same in other words are accepted. Mutants that mean the same as their gold statement cannot be told apart by anything: `--list` shows
 * what is left. The real shop and the seven databases are read from ../shared/data, and left out where they are absent.
 *
 * `npm run bench:sql-scorer -- [--every N] [--list]`; of the larger suites each Nth gold statement is taken, each fifth unless said
 */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { parse as parseCsv } from 'csv-parse/sync';
import { migrate } from '../src/db/migrate.ts';
import { type Database, openEmbedded } from '../src/db/open-database.ts';
import { judgeStatement } from '../src/eval/scorers/sql/judge-statement.ts';
import { mutantsOf } from '../src/eval/scorers/sql/mutants.ts';
import { readTables } from '../src/eval/scorers/sql/read-tables.ts';
import { readSqlText } from '../src/eval/scorers/sql/sql-text.ts';
import { namesOfTables } from '../src/eval/scorers/sql/statement-facts.ts';
import { readSuites } from '../src/eval/suites/read-suites.ts';
import { filmsSqlPolicy } from '../src/films/films-sql-policy.ts';
import { generateShop } from '../src/films/generate-shop.ts';
import { importPagila } from '../src/films/import-pagila.ts';
import { loadShop } from '../src/films/load-shop.ts';
import { checkSql } from '../src/sql/check-sql.ts';
import { createReader } from '../src/sql/create-reader.ts';
import { readOnly } from '../src/sql/read-only.ts';
import type { SqlPolicy } from '../src/sql/sql-policy.ts';
import { assumeWork, localTenant } from '../src/tenancy.ts';
import { rewritings } from '../test/eval/scorers/sql/rewritings.ts';

const { values: options } = parseArgs({
  options: { every: { type: 'string', default: '5' }, list: { type: 'boolean', default: false } },
});
const data = path.resolve(import.meta.dirname, '../../shared/data');
const { signal } = new AbortController();
const judging = { ordered: false, extraColumns: false, settings: {}, signal };
const left: string[] = [];

/** Kinds that change nothing in most places: a further DISTINCT, a LEFT JOIN to what is always there, the order of rows that is not asked for. */
const mostlyNone = new Set(['distinct', 'join', 'order', 'nulls']);

assumeWork({ tenant: localTenant, owner: true });
const folder = await mkdtemp(path.join(os.tmpdir(), 'baton-bench-'));
const database = await openEmbedded(folder);
try {
  await migrate(database.db);
  await loadShop(database.db, generateShop());
  await createReader(database, filmsSqlPolicy);
  await measureRewritings(database);
  await measureMutants('films', await filmGolds('films'));
  if (existsSync(path.join(data, 'film_rental'))) {
    await importPagila(database.db, path.join(data, 'film_rental'));
    await measureMutants('film_sql_gold', await spiderGolds());
    await measureMutants('films-pagila', await filmGolds('films-pagila'));
  } else print(`left out: there is no ${data}/film_rental`);
  if (existsSync(path.join(data, 'pg_sql_gold'))) await measureSevenDatabases();
  else print(`left out: there is no ${data}/pg_sql_gold`);
  if (options.list) print(left.join('\n'));
} finally {
  await database.close();
  await rm(folder, { recursive: true, force: true });
}

interface Gold {
  sql: string;
  policy: SqlPolicy;
}

async function measureRewritings(on: Database): Promise<void> {
  const began = performance.now();
  const counts = { same: 0, accepted: 0, other: 0, onData: 0, atAll: 0 };
  for (const { gold, same, other } of rewritings) {
    for (const sql of same) {
      const { why } = await judgeStatement(on, filmsSqlPolicy, { gold, sql }, judging);
      counts.same += 1;
      if (why === undefined) counts.accepted += 1;
      else left.push(`refused: ${gold} | ${sql} | ${why}`);
    }
    for (const sql of other) {
      const { why, onData } = await judgeStatement(on, filmsSqlPolicy, { gold, sql }, judging);
      counts.other += 1;
      if (!onData) counts.onData += 1;
      if (why === undefined) counts.atAll += 1;
    }
  }
  print(
    `generated shop: ${counts.accepted} of ${counts.same} statements in other words are accepted; of ${counts.other} wrong ones written by hand`,
  );
  print(
    `  ${share(counts.onData, counts.other)} give the right result on the data, ${share(counts.atAll, counts.other)} also on changed copies (${seconds(began)})`,
  );
}

async function measureMutants(name: string, golds: Gold[]): Promise<void> {
  const began = performance.now();
  const counts = { all: 0, onData: 0, atAll: 0, judged: 0 };
  for (const { sql: gold, policy } of golds) {
    for (const sql of await mutants(gold, policy)) {
      const { why, onData } = await judgeStatement(database, policy, { gold, sql }, judging);
      if (why?.startsWith('It does not run')) continue;
      counts.all += 1;
      if (onData) continue;
      counts.onData += 1;
      if (why !== undefined) continue;
      counts.atAll += 1;
      left.push(`accepted: ${name}: ${gold}\n          ${sql}`);
    }
  }
  print(`${name}: ${golds.length} gold statements, ${counts.all} mutants that run`);
  print(
    `  ${share(counts.onData, counts.all)} give the right result on the data, ${share(counts.atAll, counts.all)} also on changed copies (${seconds(began)})`,
  );
}

async function mutants(gold: string, policy: SqlPolicy): Promise<string[]> {
  const text = await readSqlText(gold);
  const tables = await readOnly(database, { timeoutMs: 10_000 }, (query) =>
    readTables(query, policy, namesOfTables(text)),
  );
  return [
    ...new Set(
      mutantsOf(text, tables, 4)
        .filter(({ mistake }) => !mostlyNone.has(mistake))
        .map(({ sql }) => sql),
    ),
  ].filter((sql) => sql !== gold);
}

async function spiderGolds(): Promise<Gold[]> {
  const file = path.join(data, 'film_sql_gold/spider_sakila_share.json');
  const questions = JSON.parse(readFileSync(file, 'utf8')) as { sql: string; sql_postgres?: string }[]; // the file's shape
  return readable(
    questions.map(({ sql, sql_postgres: adapted }) => adapted ?? sql),
    filmsSqlPolicy,
  );
}

/** Those of a suite of the project. */
async function filmGolds(name: string): Promise<Gold[]> {
  const { suites } = await readSuites(path.resolve(import.meta.dirname, '..'), [name]);
  const turns = suites.flatMap(({ cases }) => cases.flatMap((one) => one.turns));
  const all = await readable(
    turns.flatMap(({ expect }) => expect.sql?.gold ?? []),
    filmsSqlPolicy,
  );
  return all.filter((_, at) => at % Number(options.every) === 0);
}

async function measureSevenDatabases(): Promise<void> {
  const { loadDatabases, policyOf } = await import('../evals/projects/any-database/databases.ts');
  const { goldVariants } = await import('../evals/adapters/gold-variants.ts');
  await loadDatabases(database);
  const files = [
    'questions_gen_postgres.csv',
    'instruct_basic_postgres.csv',
    'instruct_advanced_postgres.csv',
  ];
  const rows = files.flatMap(
    (file) =>
      parseCsv(readFileSync(path.join(data, 'pg_sql_gold', file)), { columns: true }) as {
        db_name: string;
        query: string;
      }[], // the files' columns
  );
  const some = rows.filter((_, at) => at % Number(options.every) === 0);
  const golds = some.flatMap(({ db_name: name, query }) => {
    const policy = policyOf(name);
    const [sql] = goldVariants(query);
    return policy && sql ? [{ sql, policy }] : [];
  });
  await measureMutants('pg_sql_gold', golds);
}

/** Each once, without those that read what the policy hides. */
async function readable(statements: string[], policy: SqlPolicy): Promise<Gold[]> {
  const checked = await Promise.all(
    [...new Set(statements)].map(async (sql) => ({ sql, ok: (await checkSql(sql, policy)).ok })),
  );
  return checked.filter(({ ok }) => ok).map(({ sql }) => ({ sql, policy }));
}

function share(part: number, whole: number): string {
  return `${part} (${((100 * part) / Math.max(1, whole)).toFixed(1)} %)`;
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
