import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type pg from 'pg';
import { queryInRole } from './role-query.ts';
import { currentSettings, type RoleSettings, setRole } from './role-settings.ts';

/**
 * A pool whose connections work as whoever the code that takes one works for. The role and the tenant are set for each transaction
 * and for each statement outside of one, and end with it: nothing of them stays on a connection.
 */
export function rolePool(pool: pg.Pool): PostgresPool {
  return {
    Client: pool.options.Client,
    options: pool.options,
    async connect() {
      const settings = currentSettings();
      return roleClient(await pool.connect(), settings);
    },
    end: () => pool.end(),
  } as unknown as PostgresPool; // Kysely looks for `Client` to cancel queries, and pg has it without saying so
}

function roleClient(client: pg.PoolClient, settings: RoleSettings): PostgresPoolClient {
  let inTransaction = false;
  const setting = setRole(settings);
  const { processID } = client as { processID?: number }; // what pg keeps and its types leave out
  return {
    processID,
    query(text: string, values: readonly unknown[] = []) {
      if (!setting) return client.query(text, [...values]);
      if (begins.test(text)) {
        inTransaction = true;
        return client.query(`${text}; ${setting}`);
      }
      if (!inTransaction) return queryInRole(client, setting, text, values);
      if (text === 'commit' || text === 'rollback') inTransaction = false;
      return client.query(text, [...values]);
    },
    release: (discard?: boolean) => client.release(discard),
  } as unknown as PostgresPoolClient; // Kysely asks with texts alone unless it is given cursors
}

const begins = /^(?:begin|start transaction)\b/;
