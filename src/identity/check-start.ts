import type { Kysely } from 'kysely';
import type { Config } from '../config.ts';
import { hasIdentities, hasUsableIdentities } from '../db/has-identities.ts';
import type { Schema } from '../db/schema.ts';
import { StartError } from '../errors.ts';
import { isLoopback } from './is-loopback.ts';
import { readJwtKeys } from './jwt-keys.ts';
import { readOidcSettings } from './oidc-settings.ts';

/**
 * Refuses to begin where others reach the service and nobody could say who they are. Throws a `StartError` that says what to run,
 * or a `ConfigError` for keys and issuers that cannot be used.
 */
export async function checkStart({ config, db }: { config: Config; db: Kysely<Schema> }): Promise<void> {
  await readJwtKeys(config);
  readOidcSettings(config);
  const { auth, http, role } = config;
  if (isLoopback(http.host) || role === 'worker') return;
  if (auth.mode === 'local') {
    if (await hasUsableIdentities(db)) throw new StartError(keysButLocal(http.host));
    return;
  }
  const hasAccess = auth.mode === 'required' || auth.jwtKeys || auth.oidc;
  if (!hasAccess && !(await hasIdentities(db))) throw new StartError(nobodyKnown(http.host));
}

function nobodyKnown(host: string): string {
  return [
    `HOST is ${host}, where others reach the service, and nobody has a key to it. Make one first:`,
    '',
    '  npm run baton -- tenant create acme',
    '  npm run baton -- key create --tenant acme --role admin --operator',
    '  npm start',
    '',
    'Without keys it serves this machine alone: leave HOST unset. Where something else keeps others from this port, such as a',
    'container whose port is published on 127.0.0.1, say so with BATON_AUTH=local: whoever reaches the port may then do anything.',
  ].join('\n');
}

function keysButLocal(host: string): string {
  return `BATON_AUTH=local would let everybody who reaches ${host} do anything, and the database has keys or users: set BATON_AUTH=required.`;
}
