import type { Kysely, KyselyPlugin } from 'kysely';
import type { Schema } from '../../src/db/schema.ts';

/** What is heard of the statements of a database. */
export interface StatementEar {
  /** Before one is sent. */
  sending?(): void;
  /** Once it was carried out, and before who asked hears; throws where the answer is to be lost. */
  answered?(): void;
}

/** The same database, and somebody who listens. */
export function listenTo(db: Kysely<Schema>, ear: StatementEar): Kysely<Schema> {
  const plugin: KyselyPlugin = {
    transformQuery({ node }) {
      ear.sending?.();
      return node;
    },
    async transformResult({ result }) {
      ear.answered?.();
      return result;
    },
  };
  return db.withPlugin(plugin);
}
