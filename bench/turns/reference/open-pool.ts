import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import { vector } from '@electric-sql/pglite-pgvector';
import pg from 'pg';

/** A pool on PostgreSQL; on the embedded database, which has one connection, a pool of one. */
export function openPool({ url, folder }: { url: string | undefined; folder: string | undefined }): pg.Pool {
  if (url) return new pg.Pool({ connectionString: url, max: 10 });
  return new pg.Pool({ ...createPgConfig(folder, { extensions: { vector } }), max: 1 });
}
