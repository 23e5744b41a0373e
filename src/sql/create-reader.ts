import { type Kysely, sql } from 'kysely';
import { makeRole } from '../db/make-role.ts';
import type { Database } from '../db/open-database.ts';
import type { Schema } from '../db/schema.ts';
import { quoteName, quoteText } from './quote.ts';
import type { SqlPolicy, TablePolicy } from './sql-policy.ts';

/** Roles belong to the whole server, and another process may make the same one at the same moment. */
const races = new Set(['42710', '23505', 'XX000', '40001', '40P01']);
const attempts = 10;

/**
 * Makes the role of a policy and gives it exactly what the policy allows; what it had before is taken away.
 * To be called at every start: it can be repeated and may run in several processes at once.
 *
 * Throws an `Error` that says what is wrong when the policy and the tables do not fit together, and when the
 * database's user may not make roles.
 */
export async function createReader({ db }: Database, policy: SqlPolicy): Promise<void> {
  await checkColumns(db, policy);
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().execute((trx) => grant(trx, policy));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (!races.has(code) || attempt === attempts) throw error;
    }
  }
}

async function grant(trx: Kysely<Schema>, policy: SqlPolicy): Promise<void> {
  const [role, schema] = [quoteName(policy.role), quoteName(policy.schema)];
  await sql`select pg_advisory_xact_lock(hashtext(${`baton reader ${policy.role}`}))`.execute(trx);
  await makeRole(trx, policy.role);
  const statements = [
    `revoke all on all tables in schema ${schema} from ${role}`,
    `revoke all on schema ${schema} from ${role}`,
    `grant usage on schema ${schema} to ${role}`,
    ...Object.entries(policy.tables).map(
      ([name, { columns }]) =>
        `grant select (${columns.map(quoteName).join(', ')}) on ${schema}.${quoteName(name)} to ${role}`,
    ),
  ];
  await sql.raw(`do ${quoteText(`begin ${statements.join('; ')}; end`)}`).execute(trx); // in one round trip
  await checkHidden(trx, policy);
}

/** Each column of each table is either readable or hidden: a new one must not slip in unnoticed. */
async function checkColumns(db: Kysely<Schema>, { schema, tables }: SqlPolicy): Promise<void> {
  const { rows } = await sql<{ table: string; column: string }>`
    select c.relname as "table", a.attname as "column"
    from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
    where n.nspname = ${schema} and a.attnum > 0 and not a.attisdropped
      and c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relname = any(${Object.keys(tables)})`.execute(db);
  const problems = Object.entries(tables).flatMap(([name, table]) => {
    const found = rows.filter((row) => row.table === name).map((row) => row.column);
    return problemsOf(`${schema}.${name}`, table, found);
  });
  if (problems.length > 0)
    throw new Error(`The SQL policy does not fit the database: ${problems.join('; ')}.`);
}

function problemsOf(name: string, { columns, hidden = [] }: TablePolicy, found: string[]): string[] {
  if (found.length === 0) return [`there is no table ${name}`];
  const named = [...columns, ...hidden];
  return [
    ...named.filter((column) => !found.includes(column)).map((column) => `${name} has no column ${column}`),
    ...found
      .filter((column) => !named.includes(column))
      .map((column) => `${name}.${column} is neither in columns nor in hidden`),
    ...columns
      .filter((column) => hidden.includes(column))
      .map((column) => `${name}.${column} is in columns and in hidden`),
  ];
}

/** Grants to PUBLIC reach every role. */
async function checkHidden(trx: Kysely<Schema>, { schema, role, tables }: SqlPolicy): Promise<void> {
  const hidden = Object.entries(tables).flatMap(([name, table]) =>
    (table.hidden ?? []).map((column) => ({ name, path: `${quoteName(schema)}.${quoteName(name)}`, column })),
  );
  const { rows } = await sql<{ name: string; column: string }>`select name, "column"
    from json_to_recordset(${JSON.stringify(hidden)}::json) as hidden (name text, path text, "column" text)
    where has_column_privilege(${role}, path, "column", 'select')`.execute(trx);
  const [open] = rows;
  if (open)
    throw new Error(
      `${role} can read ${schema}.${open.name}.${open.column}: a grant to PUBLIC or to a role of it is in the way.`,
    );
}
