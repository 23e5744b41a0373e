import { Worker } from 'node:worker_threads';
import type {
  PGlite as KyselyPglite,
  PGliteQueryOptions,
  PGliteQueryResults,
  PGliteTransaction,
} from 'kysely';
import { errorMessage } from '../errors.ts';
import type { ThreadAnswer, ThreadData, ThreadRequest } from './pglite-thread.ts';
import { setRoleOfSession } from './role-settings.ts';

type Asked = {
  resolve: (answer: Extract<ThreadAnswer, { rows?: unknown }>) => void;
  reject: (error: Error) => void;
};
/** What is asked on nobody's behalf is asked by the machine itself. */
const owner = setRoleOfSession([]);

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** Rejects the query that ran when the database's thread was stopped. The code is Postgres's query_canceled. */
export class QueryStoppedError extends Error {
  override name = 'QueryStoppedError';
  readonly code = '57014';
}

/**
 * Embedded Postgres in a worker thread, with the face that Kysely's PGlite dialect wants.
 *
 * PGlite is one backend without timers: a query cannot be cancelled from inside. `stopQuery` therefore
 * ends the thread and starts another on the same folder; what was committed is kept, the query and its
 * transaction are gone. Kysely lets one caller in at a time, so no other query is under way then.
 */
export class Pglite implements KyselyPglite {
  readonly #dataDir: string;
  #worker: Worker;
  #asked = new Map<number, Asked>();
  #lastId = 0;
  /** The last stop: a transaction that began before it cannot go on in the next thread. */
  #stopped: Error | undefined;
  /** The thread ended by itself; the next query starts another. */
  #dead = false;
  #starting: Promise<void>;
  closed = false;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
    this.#worker = this.#spawn();
    this.#starting = this.#ready();
  }

  /** Always false, so that the driver waits for `waitReady`. */
  get ready(): boolean {
    return false;
  }

  get waitReady(): Promise<void> {
    return this.#starting;
  }

  /** Runs a statement as whom `setting` says; null: as who it is just now, within a transaction. */
  async query<T>(
    sql: string,
    parameters: unknown[] = [],
    { rowMode = 'object' }: PGliteQueryOptions = {},
    setting: string | null = owner,
  ): Promise<PGliteQueryResults<T>> {
    const {
      rows = [],
      affectedRows = 0,
      fields = [],
    } = await this.#ask({ do: 'query', sql, parameters, rowMode, setting });
    return { rows: rows as T[], affectedRows, fields }; // the caller's T
  }

  /** Runs several statements without parameters, and returns the rows of all of them. */
  async exec<T>(sql: string, setting: string | null = owner): Promise<T[]> {
    const { rows = [] } = await this.#ask({ do: 'exec', sql, setting });
    return rows as T[]; // the caller's T
  }

  /** Calls `work` even when the transaction could not begin, since Kysely waits for that; its queries then reject. */
  async transaction<T>(work: (transaction: PGliteTransaction) => Promise<T>, setting = owner): Promise<T> {
    const begun = this.exec('begin', setting).then(() => this.#stopped);
    const query: PGliteTransaction['query'] = async (sql, parameters, options) => {
      if ((await begun) !== this.#stopped) throw this.#stopped;
      return this.query(sql, parameters, options, null);
    };
    const rollback = async () => void (await query('rollback'));
    await begun.catch(() => undefined);
    try {
      const result = await work({ query, rollback });
      await query('commit');
      return result;
    } catch (error) {
      await rollback().catch(() => undefined); // the first error says more
      throw error;
    }
  }

  /** Ends the query under way, which rejects with `QueryStoppedError`; later queries wait for the restart. */
  stopQuery(reason: string): Promise<void> {
    this.#stopped = new QueryStoppedError(reason);
    this.#rejectAll(this.#stopped);
    this.#worker.off('exit', this.#died);
    this.#dead = false;
    this.#starting = this.#worker.terminate().then(() => {
      this.#worker = this.#spawn();
      return this.#ready();
    });
    return this.#starting;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    if (this.#dead) return;
    await this.#ask({ do: 'close' }).catch(() => undefined); // what is broken need not be closed
    await this.#worker.terminate();
  }

  async #ask(request: WithoutId<ThreadRequest>): Promise<Extract<ThreadAnswer, { rows?: unknown }>> {
    if (this.#dead) this.#restart();
    await this.#starting;
    const id = ++this.#lastId;
    const answer = this.#answerTo(id);
    this.#worker.postMessage({ ...request, id });
    return answer;
  }

  /** The thread keeps the process alive only while somebody waits for it. */
  #answerTo(id: number): Promise<Extract<ThreadAnswer, { rows?: unknown }>> {
    this.#worker.ref();
    return new Promise((resolve, reject) => this.#asked.set(id, { resolve, reject }));
  }

  #ready(): Promise<void> {
    const started = this.#answerTo(0).then(() => undefined);
    started.catch(() => undefined); // whoever asks next hears of it
    return started;
  }

  #spawn(): Worker {
    const data: ThreadData = { dataDir: this.#dataDir };
    const worker = new Worker(new URL('./pglite-thread.ts', import.meta.url), { workerData: data });
    worker.on('message', (answer: ThreadAnswer) => this.#settle(answer));
    worker.on('error', (cause) => this.#rejectAll(new Error(errorMessage(cause), { cause })));
    worker.on('exit', this.#died);
    return worker;
  }

  readonly #died = (): void => {
    this.#stopped = new Error('The embedded database has stopped.');
    this.#dead = !this.closed;
    this.#rejectAll(this.#stopped);
  };

  #restart(): void {
    this.#dead = false;
    this.#worker = this.#spawn();
    this.#starting = this.#ready();
  }

  #settle(answer: ThreadAnswer): void {
    const asked = this.#asked.get(answer.id);
    this.#asked.delete(answer.id);
    if (this.#asked.size === 0) this.#worker.unref();
    if ('error' in answer) {
      if (answer.broken)
        void this.stopQuery('The embedded database broke, and starts again.').catch(() => undefined);
      asked?.reject(Object.assign(new Error(), answer.error));
    } else asked?.resolve(answer);
  }

  #rejectAll(error: Error): void {
    for (const { reject } of this.#asked.values()) reject(error);
    this.#asked.clear();
  }
}
