import { type Kysely, PGliteAdapter } from 'kysely';
import type { Schema } from './schema.ts';

/** Whether this is embedded Postgres, whose one connection and slow arithmetic some work must heed. */
export function isEmbedded(db: Kysely<Schema>): boolean {
  return db.getExecutor().adapter instanceof PGliteAdapter;
}
