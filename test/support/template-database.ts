/**
 * Makes one migrated database before the suite, which every test file then copies: a folder for embedded
 * Postgres, a template database where `DATABASE_URL` is set.
 */
import { appendFile, rm } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/db/migrate.ts';
import { type Database, openEmbedded, openPostgres } from '../../src/db/open-database.ts';
import { openLog } from '../../src/log.ts';
import { openQueue } from '../../src/queue/open-queue.ts';
import { makeScratchFolder } from './make-scratch-folder.ts';

export type Template =
  | { kind: 'pglite'; folder: string }
  | { kind: 'postgres'; url: string; database: string };

declare module 'vitest' {
  interface ProvidedContext {
    template: Template;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const url = process.env.DATABASE_URL;
  return url ? setupPostgres(project, url) : setupPglite(project);
}

async function setupPglite(project: TestProject): Promise<() => Promise<void>> {
  const folder = await makeScratchFolder('baton-template-');
  await fill(await openEmbedded(folder));
  await appendFile(path.join(folder, 'db/postgresql.conf'), smallBuffers);
  project.provide('template', { kind: 'pglite', folder });
  return () => rm(folder, { recursive: true, force: true });
}

/** What tests have is small, and embedded Postgres writes zeros all over its buffers each time it is opened. */
const smallBuffers = '\nshared_buffers = 16MB\n';

async function setupPostgres(project: TestProject, url: string): Promise<() => Promise<void>> {
  const database = `baton_template_${process.pid}`;
  await onServer(url, `create database ${database}`);
  await fill(openPostgres(urlOf(url, database)));
  project.provide('template', { kind: 'postgres', url, database });
  return () => onServer(url, `drop database ${database} with (force)`);
}

async function fill(database: Database): Promise<void> {
  await migrate(database.db);
  const queue = await openQueue(database, { log: openLog('silent', false), supervises: false });
  await queue.close();
  await database.close();
}

export function urlOf(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
}

export async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}
