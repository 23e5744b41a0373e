import { CompiledQuery, type Kysely } from 'kysely';
import type { Db } from 'pg-boss';
import type { Database } from '../db/open-database.ts';
import type { Schema } from '../db/schema.ts';
import { asOwner } from '../tenancy.ts';

/** How pg-boss reaches a database through Kysely: a transaction of ours, so that a job is there when its row is. */
export function throughKysely(db: Kysely<Schema>): Db {
  return {
    async executeSql(text, values = []) {
      const { rows } = await db.executeQuery(CompiledQuery.raw(text, values));
      return { rows };
    },
  };
}

/** The same for what the queue does by itself, for all tenants together. */
export function asQueue(db: Db): Db {
  return { executeSql: (text, values) => asOwner(() => db.executeSql(text, values)) };
}

/**
 * How pg-boss reaches the embedded database for itself. It has one connection, which Kysely gives out: scripts of several
 * statements have it to themselves, and a script that fails leaves no transaction behind.
 */
export function throughPglite({ db, pglite }: Extract<Database, { kind: 'pglite' }>): Db {
  const parameterised = throughKysely(db);
  return asQueue({
    executeSql(text, values) {
      if (values?.length) return parameterised.executeSql(text, values);
      return db.connection().execute(async () => {
        try {
          return { rows: await pglite.exec(text) };
        } catch (error) {
          await pglite.query('rollback').catch(() => undefined); // the first error says more
          throw error;
        }
      });
    },
  });
}
