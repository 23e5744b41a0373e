import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { ResultShape } from './result-shape.ts';

/** A statement that has a name on one connection. */
export interface Named {
  name: string;
  /** PostgreSQL has it under its name. */
  parsed: boolean;
  /** What its rows look like: PostgreSQL refuses it when that has changed. */
  shape?: ResultShape;
}

/** Begins a text that is to be planned for its values each time: where the plan that suits all of them suits few. */
export const planEachTime = '/* planned each time */';

/**
 * Which statements PostgreSQL keeps under a name on one connection, parsed and planned: those of the `most` texts asked last that were asked
 * more than once.
 */
export class StatementNames {
  readonly #most: number;
  readonly #pool: { generation: number };
  readonly #known = new Map<string, Named | undefined>();
  #generation: number;
  #toClose: string[] = [];

  constructor(most: number, pool: { generation: number }) {
    this.#most = most;
    this.#pool = pool;
    this.#generation = pool.generation;
  }

  /** The statement's name; undefined where it is to be sent as it is. */
  find(text: string): Named | undefined {
    if (this.#generation !== this.#pool.generation) this.#forgetAll();
    const isKnown = this.#known.has(text);
    const named = isKnown ? (this.#known.get(text) ?? nameFor(text)) : undefined;
    this.#known.delete(text);
    this.#known.set(text, named);
    if (!isKnown && this.#known.size > this.#most) this.#dropOldest();
    return named;
  }

  /** For a statement of which nobody knows whether PostgreSQL has it. */
  forget(text: string): void {
    const named = this.#known.get(text);
    if (named) this.#toClose.push(named.name);
    this.#known.delete(text);
  }

  /** The names that nobody uses any more. Whoever takes them closes them. */
  takeUnused(): string[] {
    const unused = this.#toClose;
    if (unused.length > 0) this.#toClose = [];
    return unused;
  }

  /** That all connections of the pool forget what they have: the tables are not what they were. */
  outdate(): void {
    this.#pool.generation += 1;
  }

  #dropOldest(): void {
    for (const [text, named] of this.#known) {
      if (named) this.#toClose.push(named.name);
      this.#known.delete(text);
      return;
    }
  }

  #forgetAll(): void {
    for (const text of this.#known.keys()) this.forget(text);
    this.#generation = this.#pool.generation;
  }
}

/** After the text, so that a name means one thing wherever a pooler takes it. */
function nameFor(text: string): Named {
  return { name: `baton_${createHash('sha256').update(text).digest('base64url')}`, parsed: false };
}

const byClient = new WeakMap<object, StatementNames>();

/** Has the connections of a pool name their statements, `most` on each; 0: none. */
export function nameStatements(pool: pg.Pool, most: number): void {
  if (most === 0) return;
  const shared = { generation: 0 };
  pool.on('connect', (client) => byClient.set(client, new StatementNames(most, shared)));
}

/** The named statements of a connection; undefined where it has none. */
export function namesOf(client: pg.ClientBase): StatementNames | undefined {
  return byClient.get(client);
}
