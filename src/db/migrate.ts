import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { asOwner } from '../tenancy.ts';
import type { Schema } from './schema.ts';

const shelf = fileURLToPath(new URL('../../migrations', import.meta.url));

/** Brings the database to the newest schema and returns the names of the migrations that ran now. */
export function migrate(db: Kysely<Schema>): Promise<string[]> {
  return asOwner(() => migrateToLatest(db));
}

async function migrateToLatest(db: Kysely<Schema>): Promise<string[]> {
  if (await hasAll(db)) return [];
  await createSchema(db);
  const migrator = new Migrator({
    db,
    provider: { getMigrations: loadMigrations },
    migrationTableSchema: 'baton',
    migrationTableName: 'migration',
    migrationLockTableName: 'migration_lock',
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error) {
    const failed = results.find((result) => result.status === 'Error')?.migrationName;
    throw new Error(`Migration ${failed ?? ''} failed.`, { cause: error });
  }
  return results.map((result) => result.migrationName);
}

/** Whether all migrations that there are have run, and no others: two questions instead of loading each of them. */
async function hasAll(db: Kysely<Schema>): Promise<boolean> {
  const [known, done] = [await listMigrations(), await listDone(db)];
  return known.length === done.length && known.every((name, at) => name === done[at]);
}

/** `if not exists` is no help against another process that makes the same one at the same moment. */
async function createSchema(db: Kysely<Schema>): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('baton schema'))`.execute(trx);
    await sql`create schema if not exists baton`.execute(trx);
  });
}

/** The names of migrations that have not run yet, oldest first. */
export function pendingMigrations(db: Kysely<Schema>): Promise<string[]> {
  return asOwner(() => listPending(db));
}

async function listPending(db: Kysely<Schema>): Promise<string[]> {
  const ran = new Set(await listDone(db));
  return (await listMigrations()).filter((name) => !ran.has(name));
}

async function listDone(db: Kysely<Schema>): Promise<string[]> {
  const table = await sql<{
    found: string | null;
  }>`select to_regclass('baton.migration')::text as found`.execute(db);
  if (!table.rows[0]?.found) return [];
  const done = await sql<{ name: string }>`select name from baton.migration`.execute(db);
  return done.rows.map(({ name }) => name).sort();
}

async function listMigrations(): Promise<string[]> {
  const files = (await readdir(shelf)).filter((file) => file.endsWith('.ts'));
  return files.map((file) => path.basename(file, '.ts')).sort();
}

async function loadMigrations(): Promise<Record<string, Migration>> {
  const names = await listMigrations();
  const loaded = names.map(async (name) => [name, await import(path.join(shelf, `${name}.ts`))]);
  return Object.fromEntries(await Promise.all(loaded));
}
