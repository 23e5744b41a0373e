import { randomUUID } from 'node:crypto';
import { cpSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { inject, onTestFinished } from 'vitest';
import { type Database, openEmbedded, openPostgres } from '../../src/db/open-database.ts';
import { makeScratchFolder } from './make-scratch-folder.ts';
import { onServer, urlOf } from './template-database.ts';

/** What a service needs to open a database that a test made. */
export interface TestDatabase {
  database: Database;
  /** For tests that start a process of their own: what goes into its environment. */
  env: { DATABASE_URL?: string; BATON_DATA_DIR: string };
  /** Closes and deletes it. */
  drop(): Promise<void>;
}

/** A migrated database of the suite's kind, for one file (drop it in `afterAll`) or one test. */
export async function makeTestDatabase(): Promise<TestDatabase> {
  const template = inject('template');
  const folder = await makeScratchFolder('baton-test-');
  if (template.kind === 'pglite') {
    cpSync(template.folder, folder, { recursive: true }); // a quarter of what the asynchronous one takes
    const database = await openEmbedded(folder);
    return { database, env: { BATON_DATA_DIR: folder }, drop: () => close(database, folder) };
  }
  const name = `baton_test_${randomUUID().replaceAll('-', '')}`;
  await onServer(template.url, `create database ${name} template ${template.database}`);
  const url = urlOf(template.url, name);
  const database = openPostgres(url, { max: 5 });
  return {
    database,
    env: { DATABASE_URL: url, BATON_DATA_DIR: folder },
    async drop() {
      await close(database, folder);
      await onServer(template.url, `drop database ${name} with (force)`);
    },
  };
}

/** A database that goes when the test ends. */
export async function openTestDatabase(): Promise<Database> {
  const { database, drop } = await makeTestDatabase();
  onTestFinished(drop);
  return database;
}

async function close(database: Database, folder: string): Promise<void> {
  await database.close();
  await rm(folder, { recursive: true, force: true });
}
