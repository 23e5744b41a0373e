import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Kysely, sql } from 'kysely';
import { loadModule, parseSync } from 'libpg-query';
import type { Database } from '../../../src/db/open-database.ts';
import type { Schema } from '../../../src/db/schema.ts';
import { createReader } from '../../../src/sql/create-reader.ts';
import { quoteName } from '../../../src/sql/quote.ts';
import type { SqlPolicy } from '../../../src/sql/sql-policy.ts';
import { fieldsIf, fieldsOf, listOf, textOf } from '../../../src/sql/syntax-tree.ts';
import { asOwner } from '../../../src/tenancy.ts';

/** One dump a database: `<name>.sql`. Nothing of them is in the project. */
export const folderOfDumps = path.resolve(import.meta.dirname, '../../../../shared/data/pg_sql_gold/db');

interface Dump {
  statements: string[];
  tables: SqlPolicy['tables'];
}

await loadModule();
const dumps = new Map(namesOfDumps().map((name) => [name, readDump(name)]));

/** What SQL may read of one of the databases, each of which is a schema of its name. Undefined where there is none of that name. */
export function policyOf(name: string): SqlPolicy | undefined {
  const dump = dumps.get(name);
  return dump && { ...anyDatabase, schema: name, tables: dump.tables };
}

/** What SQL may read of any of them: no two have a table of one name. */
export const anyDatabase: SqlPolicy = {
  schema: [...dumps.keys()][0] ?? 'public',
  role: 'baton_any_database_reader',
  tables: Object.assign({}, ...[...dumps.values()].map(({ tables }) => tables)),
  limits: { rows: 500, bytes: 100_000 },
};

/** Makes each database a schema with its tables and rows, and the role that reads them. */
export async function loadDatabases(database: Database): Promise<void> {
  await asOwner(async () => {
    for (const [name, dump] of dumps) {
      await database.db.transaction().execute((trx) => load(trx, name, dump));
      const policy = policyOf(name);
      if (policy) await createReader(database, policy);
    }
  });
}

async function load(trx: Kysely<Schema>, name: string, { statements, tables }: Dump): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(trx);
  await run(`create schema ${quoteName(name)}`);
  await run(`set local search_path to ${quoteName(name)}`);
  for (const statement of statements) await run(statement);
  await run(`analyze ${Object.keys(tables).map(quoteName).join(', ')}`);
}

function namesOfDumps(): string[] {
  try {
    return readdirSync(folderOfDumps)
      .filter((file) => file.endsWith('.sql'))
      .map((file) => path.basename(file, '.sql'));
  } catch {
    return []; // without the data the suite is skipped, and the tools find nothing to read
  }
}

function readDump(name: string): Dump {
  const text = readFileSync(path.join(folderOfDumps, `${name}.sql`), 'utf8').replaceAll(/\bpublic\./g, '');
  const bytes = Buffer.from(text);
  const parsed = listOf(fieldsOf(parseSync(text)).stmts).map(fieldsOf);
  const statements = parsed.map(({ stmt_location: from, stmt_len: length }) => {
    const start = Number(from ?? 0);
    return bytes.subarray(start, length ? start + Number(length) : undefined).toString();
  });
  const made = parsed
    .map(({ stmt }) => fieldsOf(fieldsIf(stmt, 'CreateStmt')))
    .filter(({ relation }) => relation !== undefined);
  const tables = made.map((table) => {
    const columns = listOf(table.tableElts).flatMap(
      (part) => textOf(fieldsIf(part, 'ColumnDef')?.colname) ?? [],
    );
    return [textOf(fieldsOf(table.relation).relname) ?? '', { columns }];
  });
  return { statements, tables: Object.fromEntries(tables) };
}
