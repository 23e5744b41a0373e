import type pg from 'pg';
import { type RoleSettings, setRole } from './role-settings.ts';
import { type Answer, askTogether, type Statement } from './wire/round-trip.ts';
import { isStale, StaleStatementError } from './wire/stale-statement.ts';
import { namesOf } from './wire/statement-names.ts';

/**
 * A connection as Kysely uses it, which works as whoever it was given to. A transaction begins with its first statement, in the same round trip.
 */
export class RoleClient {
  /** Kysely cancels queries by it. */
  readonly processID: number | undefined;
  readonly #client: pg.PoolClient;
  #setting: Statement[] = [];
  /** How the transaction is to begin that nothing was asked in yet. */
  #begin: string | undefined;
  #inTransaction = false;

  constructor(client: pg.PoolClient) {
    this.#client = client;
    this.processID = (client as { processID?: number }).processID; // what pg keeps and its types leave out
  }

  workAs(settings: RoleSettings): this {
    const setting = setRole(settings);
    this.#setting = setting ? [setting] : [];
    this.#begin = undefined;
    this.#inTransaction = false;
    return this;
  }

  query(text: string, values: readonly unknown[] = []): Promise<Answer | pg.QueryResult> {
    return values.length > 0 ? this.#ask({ text, values }) : this.#say(text);
  }

  release(discard?: boolean): void {
    this.#client.release(discard);
  }

  async #ask(statement: Statement): Promise<Answer> {
    const [begins, before] = [this.#begin !== undefined, this.#takeBefore()];
    try {
      return await askTogether(this.#client, [...before, statement]);
    } catch (error) {
      if (!isStale(error)) throw error;
      namesOf(this.#client)?.outdate();
      if (this.#inTransaction && !begins) throw new StaleStatementError(error);
      const again = begins ? [{ text: 'rollback' }, ...before, statement] : [...before, statement];
      return askTogether(this.#client, again);
    }
  }

  /** What goes ahead of the next statement. */
  #takeBefore(): Statement[] {
    if (this.#begin === undefined) return this.#inTransaction ? [] : this.#setting;
    const text = this.#begin;
    this.#begin = undefined;
    return [{ text }, ...this.#setting];
  }

  /** A text without values. In a transaction, and as the owner, it may be several statements. */
  async #say(text: string): Promise<Answer | pg.QueryResult> {
    if (begins.test(text)) {
      this.#inTransaction = true;
      this.#begin = text;
      return done('BEGIN');
    }
    if (text === 'commit' || text === 'rollback') return this.#end(text);
    if (this.#begin !== undefined) await askTogether(this.#client, this.#takeBefore());
    if (this.#inTransaction || this.#setting.length === 0) return this.#client.query(text);
    return askTogether(this.#client, [...this.#setting, { text }]);
  }

  async #end(text: 'commit' | 'rollback'): Promise<Answer | pg.QueryResult> {
    const wasIdle = this.#begin !== undefined;
    this.#begin = undefined;
    this.#inTransaction = false;
    return wasIdle ? done(text.toUpperCase()) : this.#client.query(text);
  }
}

const begins = /^(?:begin|start transaction)\b/;

function done(command: string): Answer {
  return { command, rowCount: null, rows: [], columns: [] };
}
