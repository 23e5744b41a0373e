import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { migrate } from '../../src/db/migrate.ts';
import { type Database, openEmbedded, openPostgres } from '../../src/db/open-database.ts';
import { patientLimits } from '../../src/db/session-limits.ts';
import { onServer, urlOf } from '../../test/support/template-database.ts';

/** A database of its own, that is dropped at the end. */
export interface Stage {
  name: 'pglite' | 'postgres';
  database: Database;
  drop(): Promise<void>;
}

export async function openEmbeddedStage(): Promise<Stage> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'baton-bench-'));
  const database = await openEmbedded(folder);
  await migrate(database.db);
  return {
    name: 'pglite',
    database,
    async drop() {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function openServerStage(server: string): Promise<Stage> {
  const name = `baton_bench_search_${process.pid}`;
  await onServer(server, `create database ${name}`);
  const database = openPostgres(urlOf(server, name), { limits: patientLimits });
  await migrate(database.db);
  return {
    name: 'postgres',
    database,
    async drop() {
      await database.close();
      await onServer(server, `drop database ${name} with (force)`);
    },
  };
}
