import type { Database } from '../db/open-database.ts';

/** What SQL of a model may read. A tool declares one; what it does not name is refused. */
export interface SqlPolicy {
  /** The schema of the tables. Unqualified names are looked for here and nowhere else. */
  schema: string;
  /** The database role that the statements run under; `createReader` makes it. */
  role: string;
  /** The tables show what the tenant has on whose behalf they are read, and the graphs that it may see there. */
  ofTenant?: true;
  tables: Record<string, TablePolicy>;
  /** Functions allowed beside the usual ones: in `pg_catalog` or in `schema`, with scalar results. */
  functions?: string[];
  /** Types allowed in casts beside the usual ones: the enums and domains of `schema`. */
  types?: string[];
  limits?: Partial<SqlLimits>;
}

export interface TablePolicy {
  /** What may be read. */
  columns: string[];
  /** What may not. A column of the table stands in one of the two lists; `createReader` holds to it. */
  hidden?: string[];
  description?: string;
}

/** What one statement may cost. `bytes` and `cellBytes` count the UTF-8 of the result as JSON. */
export interface SqlLimits {
  timeoutMs: number;
  rows: number;
  bytes: number;
  /** Of one value; a longer one is cut. */
  cellBytes: number;
  columns: number;
  /** The planner's estimate of the total cost. */
  cost: number;
  /** Bytes that aggregates may collect, as estimated from the plan. */
  collectedBytes: number;
  /** Characters of the statement. */
  length: number;
}

const defaults: SqlLimits = {
  timeoutMs: 2_000,
  rows: 1_000,
  bytes: 1_000_000,
  cellBytes: 10_000,
  columns: 64,
  cost: 500_000,
  collectedBytes: 256_000_000,
  length: 20_000,
};

/** Embedded Postgres has one backend and no timers, so less has to pass before a query runs. */
const embeddedDefaults: SqlLimits = { ...defaults, cost: 100_000, collectedBytes: 64_000_000 };

/** The limits of a policy on a kind of database, with the defaults filled in. */
export function limitsOf(policy: SqlPolicy, kind: Database['kind'] = 'postgres'): SqlLimits {
  return { ...(kind === 'pglite' ? embeddedDefaults : defaults), ...policy.limits };
}
