import { cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { sql } from 'kysely';
import PQueue from 'p-queue';
import { type Database, openEmbedded } from '../../db/open-database.ts';
import { asOwner } from '../../tenancy.ts';

/** A copy of an embedded database, for what takes long. */
export interface Sandbox {
  /** Does something with the copy, which is made at the first time, and again where it could not be; one after another. */
  use<T>(work: (copy: Database) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * A copy, in `folder/sandbox`, of the embedded database whose data are in `folder/db`, as it is when it is first used. An embedded database has
 * one connection: whoever tries statements on it for long keeps turns waiting. A server has many: there it is the database itself.
 */
export function openSandbox(database: Database, folder: string | undefined): Sandbox {
  const queue = new PQueue({ concurrency: 1 });
  let copy: Database | undefined;
  if (database.kind !== 'pglite' || folder === undefined)
    return { use: (work) => work(database), close: async () => undefined };
  return {
    use: (work) =>
      queue.add(async () => {
        copy ??= await copyOf(database, folder);
        return work(copy);
      }),
    async close() {
      await queue.onIdle();
      await copy?.close();
    },
  };
}

/** The one connection is held meanwhile, so that nobody writes. */
async function copyOf(database: Database, folder: string): Promise<Database> {
  const to = path.join(folder, 'sandbox');
  await rm(to, { recursive: true, force: true });
  await mkdir(to);
  await asOwner(() =>
    database.db.connection().execute(async (held) => {
      await sql`checkpoint`.execute(held);
      await cp(path.join(folder, 'db'), path.join(to, 'db'), { recursive: true });
    }),
  );
  return openEmbedded(to);
}
