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
  const known = Object.keys(await loadMigrations()).sort();
  const table = await sql<{
    found: string | null;
  }>`select to_regclass('baton.migration')::text as found`.execute(db);
  if (!table.rows[0]?.found) return known;
  const done = await sql<{ name: string }>`select name from baton.migration`.execute(db);
  const ran = new Set(done.rows.map((row) => row.name));
  return known.filter((name) => !ran.has(name));
}

async function loadMigrations(): Promise<Record<string, Migration>> {
  const files = (await readdir(shelf)).filter((file) => file.endsWith('.ts')).sort();
  const loaded = files.map(async (file) => [
    path.basename(file, '.ts'),
    await import(path.join(shelf, file)),
  ]);
  return Object.fromEntries(await Promise.all(loaded));
}
