import path from 'node:path';
import { z } from 'zod';
import { text, whole } from './kinds.ts';

export interface DatabaseConfig {
  url?: string;
  dataDir: string;
  /** Connections to PostgreSQL at most, beside the few that the queue and the bus have. */
  pool: number;
  /** How long PostgreSQL may take for one statement. */
  statementTimeoutMs: number;
  /** Statements at most that each connection keeps parsed and planned; 0: none. */
  statementCache: number;
}

export const databaseVariables = z.object({
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'expected a URL that begins with postgres://' })
    .optional(),
  BATON_DATA_DIR: text.default('.baton'),
  BATON_DATABASE_POOL: whole(1, 1_000).default(10),
  BATON_STATEMENT_TIMEOUT_MS: whole(100, 600_000).default(15_000),
  BATON_STATEMENT_CACHE: whole(0, 10_000).default(200),
});

/** The data folder is looked for from `cwd`. */
export function databaseOf(read: z.infer<typeof databaseVariables>, cwd: string): DatabaseConfig {
  return {
    ...(read.DATABASE_URL && { url: read.DATABASE_URL }),
    dataDir: path.resolve(cwd, read.BATON_DATA_DIR),
    pool: read.BATON_DATABASE_POOL,
    statementTimeoutMs: read.BATON_STATEMENT_TIMEOUT_MS,
    statementCache: read.BATON_STATEMENT_CACHE,
  };
}
