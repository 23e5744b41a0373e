import {
  type DatabaseConnection,
  type PGlite as KyselyPglite,
  PGliteAdapter,
  PGliteDialect,
  PGliteDriver,
  type PGliteQueryOptions,
  type PGliteTransaction,
} from 'kysely';
import type { Pglite } from './pglite.ts';
import { currentSettings, setRoleOfSession } from './role-settings.ts';
import type { PoolCounts } from './session-limits.ts';

export interface QueueLimits {
  /** How many may wait for the one connection. */
  waiting: number;
  /** How long each may wait, in milliseconds. */
  milliseconds: number;
}

const usual: QueueLimits = { waiting: 1_000, milliseconds: 15_000 };

/**
 * Kysely's dialect for embedded Postgres, whose one connection is given out in the order in which it was asked for. Who waits too
 * long, or comes when too many wait, gets a `BusyDatabaseError` instead of silence.
 */
export class EmbeddedDialect extends PGliteDialect {
  readonly #driver: QueueingDriver;

  constructor(pglite: Pglite, limits: QueueLimits = usual) {
    super({ pglite });
    this.#driver = new QueueingDriver(pglite, limits);
  }

  override createDriver(): QueueingDriver {
    return this.#driver;
  }

  override createAdapter(): PGliteAdapter {
    return new GivenOutByDriver();
  }

  counts(): PoolCounts {
    return this.#driver.counts();
  }
}

/** Too many use the embedded database just now. The code is Postgres's too_many_connections. */
export class BusyDatabaseError extends Error {
  override name = 'BusyDatabaseError';
  override message = 'The embedded database is busy.';
  readonly code = '53300';
}

/** Kysely would have everybody wait for one connection by itself, and for ever. */
class GivenOutByDriver extends PGliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/** The one connection, which works as whoever has it just now works for. */
class RolePglite implements KyselyPglite {
  readonly #pglite: Pglite;
  setting = setRoleOfSession([]);

  constructor(pglite: Pglite) {
    this.#pglite = pglite;
  }

  get closed(): boolean {
    return this.#pglite.closed;
  }

  get ready(): boolean {
    return this.#pglite.ready;
  }

  get waitReady(): Promise<void> {
    return this.#pglite.waitReady;
  }

  query<T>(sql: string, parameters?: unknown[], options?: PGliteQueryOptions) {
    return this.#pglite.query<T>(sql, parameters, options, this.setting);
  }

  transaction<T>(work: (transaction: PGliteTransaction) => Promise<T>): Promise<T> {
    return this.#pglite.transaction(work, this.setting);
  }

  close(): Promise<void> {
    return this.#pglite.close();
  }
}

class QueueingDriver extends PGliteDriver {
  readonly #limits: QueueLimits;
  readonly #inRole: RolePglite;
  readonly #waiting = new Set<() => void>();
  #taken = false;

  constructor(pglite: Pglite, limits: QueueLimits) {
    const inRole = new RolePglite(pglite);
    super({ pglite: inRole });
    this.#limits = limits;
    this.#inRole = inRole;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    const setting = setRoleOfSession(currentSettings());
    if (this.#taken) await this.#turn();
    this.#taken = true;
    this.#inRole.setting = setting;
    return super.acquireConnection();
  }

  override async releaseConnection(): Promise<void> {
    const [next] = this.#waiting;
    if (next) next();
    else this.#taken = false;
  }

  counts(): PoolCounts {
    return { total: 1, idle: this.#taken ? 0 : 1, waiting: this.#waiting.size };
  }

  /** Resolves when the connection goes over to this caller. */
  #turn(): Promise<void> {
    const { waiting, milliseconds } = this.#limits;
    return new Promise((resolve, reject) => {
      if (this.#waiting.size >= waiting) return reject(new BusyDatabaseError());
      const take = () => {
        clearTimeout(timer);
        this.#waiting.delete(take);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(take);
        reject(new BusyDatabaseError());
      }, milliseconds);
      this.#waiting.add(take);
    });
  }
}
