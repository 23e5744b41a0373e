import type { Kysely } from 'kysely';
import type { Config } from '../config.ts';
import { hasIdentities } from '../db/has-identities.ts';
import type { Schema } from '../db/schema.ts';
import { isLoopback } from './is-loopback.ts';
import { memoriesOf } from './memory.ts';

type AccessConfig = Pick<Config, 'auth' | 'http'>;

/**
 * Whether the service may ask nobody who they are, by its settings alone: where `BATON_AUTH` says so, or where it says nothing,
 * nobody else reaches the service and nobody elsewhere vouches for anybody.
 */
export function mayBeLocal({ auth, http }: AccessConfig): boolean {
  if (auth.mode) return auth.mode === 'local';
  return isLoopback(http.host) && !auth.jwtKeys && !auth.oidc;
}

/**
 * Whether the service asks nobody who they are: everybody who reaches it is the admin of the local tenant.
 *
 * Unless `BATON_AUTH` says so, that ends for good with the first key or user that the database ever has, in every process within
 * `memoryMs`: a database with keys is not served without them because a setting was lost, or the last key ran out.
 */
export async function isLocal({
  config,
  db,
}: {
  config: AccessConfig;
  db: Kysely<Schema>;
}): Promise<boolean> {
  if (!mayBeLocal(config)) return false;
  if (config.auth.mode === 'local') return true;
  return !(await memoriesOf(db).identities.recall('any', () => hasIdentities(db)));
}
