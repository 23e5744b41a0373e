import type pg from 'pg';
import utils from 'pg/lib/utils.js';
import { pgTypes } from '../value-types.ts';
import { type Field, noColumns, type ResultShape, readList, readObject, shapeOf } from './result-shape.ts';
import { type Named, namesOf, planEachTime, type StatementNames } from './statement-names.ts';

export interface Statement {
  /** One statement: PostgreSQL refuses a second one in it. */
  text: string;
  values?: readonly unknown[];
}

/** As Kysely takes it from pg. */
export interface Answer {
  command: string;
  rowCount: number | null;
  rows: unknown[];
  /** The names of the columns; two may be the same. */
  columns: string[];
}

export interface Reading {
  /** Rows as lists instead of objects. */
  lists?: boolean;
  types?: pg.CustomTypesConfig;
  /** Whose answer is wanted, counted from 0; left out: the last one's. */
  of?: number;
}

/**
 * Asks several statements at once and resolves with the answer to the last, or to the one that is said. Nothing that follows one that fails is carried out.
 *
 * They go out together, each in messages of its own, with one synchronisation at their end, and cost one round trip. Up to there they are one
 * transaction unless they begin or end one themselves, as PostgreSQL's protocol has it (Message Flow: Pipelining): settings that are local to a
 * transaction hold for the statements behind them and are gone after those. Statements with values go by name where the connection names its
 * statements; texts without values, as those that models write, never do. Rejects with PostgreSQL's error: `failedAt` says of which.
 */
export function askTogether(
  client: pg.ClientBase,
  statements: readonly Statement[],
  reading?: Reading,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const trip = new RoundTrip(statements, namesOf(client), reading ?? {}, resolve, reject);
    client.query(trip as unknown as pg.Submittable); // pg takes whatever can submit itself
  });
}

/** Which of the statements that were asked together an error came from, counted from 0; undefined for other errors. */
export function failedAt(error: unknown): number | undefined {
  return error instanceof Error ? places.get(error) : undefined;
}

const places = new WeakMap<Error, number>();

/** What pg's connection does and its types leave out. */
interface Connection {
  stream: { cork(): void; uncork(): void };
  parse(message: { name: string; text: string }): void;
  bind(message: { statement: string; values: (string | Buffer | null)[] }): void;
  describe(message: { type: 'P' }): void;
  execute(message?: object): void;
  close(message: { type: 'S'; name: string }): void;
  sync(): void;
  sendCopyFail(why: string): void;
}

/** What pg's client calls of a query that it sends. */
class RoundTrip {
  readonly #statements: readonly Statement[];
  readonly #names: StatementNames | undefined;
  readonly #reading: Reading;
  readonly #resolve: (answer: Answer) => void;
  readonly #reject: (error: unknown) => void;
  readonly #last: number;
  /** The statement whose answer is wanted. */
  readonly #wanted: number;
  /** The statement whose answer comes next. */
  #at = 0;
  /** Those that get their names with this trip. */
  #firstNamed: string[] | undefined;
  #wantedNamed: Named | undefined;
  #shape: ResultShape | undefined;
  readonly #rows: unknown[] = [];
  #tag = '';
  #unreadable: unknown;

  constructor(
    statements: readonly Statement[],
    names: StatementNames | undefined,
    reading: Reading,
    resolve: (answer: Answer) => void,
    reject: (error: unknown) => void,
  ) {
    this.#statements = statements;
    this.#names = names;
    this.#reading = reading;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#last = statements.length - 1;
    this.#wanted = reading.of ?? this.#last;
  }

  submit(connection: Connection): Error | null {
    let values: (string | Buffer | null)[][];
    try {
      values = this.#statements.map((statement) => statement.values?.map(toText) ?? []);
    } catch (error) {
      return error instanceof Error ? error : new Error('A value cannot be sent to the database.');
    }
    connection.stream.cork();
    try {
      this.#send(connection, values);
    } finally {
      connection.stream.uncork();
    }
    return null;
  }

  #send(connection: Connection, values: (string | Buffer | null)[][]): void {
    for (const name of this.#names?.takeUnused() ?? []) connection.close({ type: 'S', name });
    for (let at = 0; at <= this.#last; at++) {
      // biome-ignore lint/style/noNonNullAssertion: within the list
      const { text } = this.#statements[at]!;
      // biome-ignore lint/style/noNonNullAssertion: as many as statements
      const mapped = values[at]!;
      const named = mapped.length > 0 && !text.startsWith(planEachTime) ? this.#names?.find(text) : undefined;
      const name = named?.name ?? '';
      if (!named?.parsed) {
        if (named) this.#name(named, text);
        connection.parse({ name, text });
      }
      connection.bind({ statement: name, values: mapped });
      if (at === this.#wanted) {
        this.#wantedNamed = named;
        this.#shape = named?.shape;
        if (!this.#shape) connection.describe({ type: 'P' });
      }
      connection.execute();
    }
    connection.sync();
  }

  #name(named: Named, text: string): void {
    named.parsed = true;
    this.#firstNamed ??= [];
    this.#firstNamed.push(text);
  }

  handleRowDescription({ fields }: { fields: Field[] }): void {
    this.#shape = shapeOf(fields, this.#reading.types ?? pgTypes);
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    if (this.#at !== this.#wanted || this.#unreadable || !this.#shape) return;
    try {
      this.#rows.push((this.#reading.lists ? readList : readObject)(this.#shape, fields));
    } catch (error) {
      this.#unreadable = error;
    }
  }

  handleCommandComplete({ text }: { text: string }): void {
    if (this.#at === this.#wanted) this.#tag = text;
    this.#at += 1;
  }

  handleEmptyQuery(): void {
    this.#at += 1;
  }

  handleReadyForQuery(): void {
    if (this.#unreadable) {
      this.#reject(this.#unreadable);
      return;
    }
    if (this.#wantedNamed) this.#wantedNamed.shape ??= this.#shape ?? noColumns;
    this.#resolve({ ...readTag(this.#tag), rows: this.#rows, columns: this.#shape?.names ?? [] });
  }

  /** Of those that were to get a name, some may have got it and some not. */
  handleError(error: Error): void {
    for (const text of this.#firstNamed ?? []) this.#names?.forget(text);
    if (error instanceof Error) places.set(error, this.#at);
    this.#reject(error);
  }

  handleCopyInResponse(connection: Connection): void {
    connection.sendCopyFail('Nothing is copied here.');
  }

  handleCopyData(): void {}
}

/** Most values are texts. */
function toText(value: unknown): string | Buffer | null {
  return typeof value === 'string' ? value : utils.prepareValue(value);
}

/** `INSERT 0 5`, `SELECT 3`, `BEGIN`. */
function readTag(tag: string): Pick<Answer, 'command' | 'rowCount'> {
  const command = tag.slice(0, (tag.indexOf(' ') + 1 || tag.length + 1) - 1);
  const count = Number(tag.slice(tag.lastIndexOf(' ') + 1));
  return { command, rowCount: tag === '' || Number.isNaN(count) ? null : count };
}
