import type { PostgresPool } from 'kysely';
import type pg from 'pg';
import { RoleClient } from './role-client.ts';
import { currentSettings, type RoleSettings } from './role-settings.ts';

/**
 * A pool whose connections work as whoever the code that takes one works for. The role and the tenant are set for each transaction
 * and for each statement outside of one, and end with it: nothing of them stays on a connection.
 */
export function rolePool(pool: pg.Pool): PostgresPool {
  const clients = new WeakMap<pg.PoolClient, RoleClient>();
  const withSettings = async (settings: RoleSettings) => {
    const client = await pool.connect();
    const known = clients.get(client) ?? new RoleClient(client);
    clients.set(client, known);
    return known.workAs(settings);
  };
  return {
    Client: pool.options.Client,
    options: pool.options,
    connect: () => withSettings(currentSettings()),
    end: () => pool.end(),
  } as unknown as PostgresPool; // Kysely looks for `Client` to cancel queries, and pg has it without saying so
}
