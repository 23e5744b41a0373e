import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { checkSql } from '../../src/sql/check-sql.ts';
import type { SqlPolicy } from '../../src/sql/sql-policy.ts';

const data = path.resolve('../shared/data');
const missing = !existsSync(data);
if (missing) process.stderr.write(`gold SQL: skipped, ${data} is not there\n`);

test.skipIf(missing)('every gold statement of seven databases is accepted', async () => {
  const policies = new Map(
    readdirSync(`${data}/pg_sql_gold/db`).map((file) => [
      path.basename(file, '.sql'),
      policyOf(readFileSync(`${data}/pg_sql_gold/db/${file}`, 'utf8'), 'public'),
    ]),
  );
  const files = readdirSync(`${data}/pg_sql_gold`).filter((file) => file.endsWith('.csv'));
  const rows = files.flatMap((file) => parseCsv(readFileSync(`${data}/pg_sql_gold/${file}`, 'utf8')));
  const statements = rows.flatMap((row) =>
    variantsOf(row.query ?? '').map((sql) => ({ sql, db: row.db_name ?? '' })),
  );
  expect(statements.length).toBeGreaterThan(200);
  expect(await refusedOf(statements, policies)).toEqual([]);
});

test.skipIf(missing)('every gold statement of the film rental database is accepted', async () => {
  const film = policyOf(readFileSync(`${data}/film_rental/01-schema.sql`, 'utf8'), 'public');
  const rows = JSON.parse(readFileSync(`${data}/film_sql_gold/spider_sakila_share.json`, 'utf8')) as {
    sql: string;
    sql_postgres?: string;
  }[]; // the file's shape
  const statements = rows.map((row) => ({ sql: row.sql_postgres ?? row.sql, db: 'film' }));
  expect(statements.length).toBeGreaterThan(40);
  expect(await refusedOf(statements, new Map([['film', film]]))).toEqual([]);
});

async function refusedOf(statements: { sql: string; db: string }[], policies: Map<string, SqlPolicy>) {
  const refused: string[] = [];
  for (const { sql, db } of statements) {
    const policy = policies.get(db);
    if (!policy) throw new Error(`no schema of ${db}`);
    const checked = await checkSql(sql, policy);
    if (!checked.ok) refused.push(`${db}: ${sql}: ${checked.reason}`);
  }
  return refused;
}

/** The tables and columns of a dump. */
function policyOf(dump: string, schema: string): SqlPolicy {
  const tables: SqlPolicy['tables'] = {};
  for (const [, name = '', body = ''] of dump.matchAll(
    /CREATE TABLE (?:public\.)?(\w+) \(([\s\S]*?)\n\)/gi,
  )) {
    const lines = body.split('\n').map((line) => line.trim());
    const columns = lines
      .filter((line) => line && !/^(CONSTRAINT|PRIMARY|FOREIGN|UNIQUE|CHECK)\b/i.test(line))
      .map(columnOf);
    tables[name.toLowerCase()] = { columns };
  }
  return { schema, role: 'baton_test_gold_reader', tables };
}

function columnOf(line: string): string {
  return /^"([^"]+)"/.exec(line)?.[1] ?? line.split(/\s/)[0]?.toLowerCase() ?? '';
}

/** Several right answers are divided by `;`; `{a, b}` means that any of these columns is right, `{}` the same ones again. */
function variantsOf(query: string): string[] {
  const statements = query.split(';').filter((text) => text.trim());
  return statements.map((text) => {
    const choice = /\{([^}]+)\}/.exec(text)?.[1] ?? '';
    return text.replace(/\{[^}]+\}( AS \w+)?/, choice).replaceAll('{}', choice);
  });
}

function parseCsv(text: string): Record<string, string>[] {
  const cells = /(?:"((?:[^"]|"")*)"|([^",\n\r]*))(,|\r?\n|$)/g;
  const rows: string[][] = [[]];
  for (const [match, quoted, plain = '', end] of text.matchAll(cells)) {
    if (match === '') break;
    rows.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end !== ',') rows.push([]);
  }
  const [names = [], ...records] = rows;
  return records
    .filter((row) => row.length > 1)
    .map((row) => Object.fromEntries(names.map((name, i) => [name, row[i] ?? ''])));
}
