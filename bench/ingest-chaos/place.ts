import { cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { migrate } from '../../src/db/migrate.ts';
import { type Database, openEmbedded, openPostgres } from '../../src/db/open-database.ts';
import { openLog } from '../../src/log.ts';
import { openQueue } from '../../src/queue/open-queue.ts';
import { asOwner } from '../../src/tenancy.ts';
import { onServer, urlOf } from '../../test/support/template-database.ts';

/** Where a database is: a folder, or an address. */
export type Place = { folder: string } | { url: string };

export async function openPlace(place: Place): Promise<Database> {
  return 'folder' in place ? openEmbedded(place.folder) : openPostgres(place.url, { max: 4 });
}

/** Makes databases that are migrated and empty, each a copy of the first. */
export interface Places {
  make(): Promise<Place>;
  /** Deletes them all. */
  close(): Promise<void>;
}

/** On the server, or without one as folders. */
export async function openPlaces(serverUrl: string | undefined): Promise<Places> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'baton-ingest-chaos-'));
  const name = (at: number) => `baton_ingest_chaos_${process.pid}_${at}`;
  let made = 0;
  const place = (): Place =>
    serverUrl ? { url: urlOf(serverUrl, name(made)) } : { folder: path.join(root, String(made)) };
  if (serverUrl) await onServer(serverUrl, `create database ${name(0)}`);
  await prepare(await openPlace(place()));
  return {
    async make() {
      made += 1;
      if (serverUrl) await onServer(serverUrl, `create database ${name(made)} template ${name(0)}`);
      else await cp(path.join(root, '0'), path.join(root, String(made)), { recursive: true });
      return place();
    },
    async close() {
      for (let at = 0; serverUrl && at <= made; at++)
        await onServer(serverUrl, `drop database if exists ${name(at)} with (force)`);
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function prepare(database: Database): Promise<void> {
  await asOwner(() => migrate(database.db));
  const queue = await openQueue(database, { log: openLog('silent', false), supervises: false });
  await queue.close();
  await database.close();
}
