import { recordAction } from '../audit/record.ts';
import { type ApiKey, findKey, listKeys } from '../db/api-keys.ts';
import type { Database } from '../db/open-database.ts';
import { getTenant } from '../db/tenants.ts';
import { CallerError } from '../errors.ts';
import { keyPrefix } from '../identity/key-text.ts';
import { type MadeKey, makeKey, renewKey, takeBackKey } from '../identity/make-key.ts';
import { type Scope, scopes } from '../identity/scopes.ts';
import { printable } from '../printable.ts';
import { inTenant, type Role, roles } from '../tenancy.ts';
import { unknownName } from '../yaml/file-problem.ts';
import { parseDuration } from './parse-duration.ts';

export interface KeyCommand {
  db: Database['db'];
  output: NodeJS.WritableStream;
}

/** As the command line has it. */
export interface KeyOptions {
  tenant: string;
  role: string;
  name: string;
  graphs?: string[];
  scopes?: string[];
  expires?: string;
  operator?: boolean;
}

/** Makes a key and prints it, this once. Throws a `CallerError` for what cannot be a key's. */
export async function createKeyCommand({ db, output }: KeyCommand, options: KeyOptions): Promise<void> {
  const { tenant, name, graphs, expires, operator = false } = options;
  if (!(await getTenant(db, tenant))) {
    throw new CallerError(
      'not-found',
      `There is no tenant ${tenant}. To make it: baton tenant create ${tenant}`,
    );
  }
  const role = roleOf(options.role);
  if (operator && role !== 'admin') {
    throw new CallerError('invalid-request', '--operator: an operator’s key has the role admin.');
  }
  const made = await makeKey(db, 'command', tenant, {
    name,
    role,
    operator,
    ...(graphs && { graphs: graphs.flatMap(parted) }),
    ...(options.scopes && { scopes: options.scopes.flatMap(parted).map(scopeOf) }),
    ...(expires && { expiresAt: new Date(Date.now() + parseDuration('--expires', expires) * 1000) }),
  });
  await note(db, made.key, 'key-create');
  print(output, made, `The key ${made.key.key_id} is made`);
}

/** Prints a tenant's keys, newest first, one a line. */
export async function printKeys({ db, output }: KeyCommand, tenant: string): Promise<void> {
  await inTenant(tenant, async () => {
    let before: ApiKey | undefined;
    for (;;) {
      const keys = await listKeys(db, { limit: 500, before });
      for (const key of keys) output.write(`${lineOf(key)}\n`);
      before = keys.at(-1);
      if (!before) return;
    }
  });
}

/** Takes a key back. Throws a `CallerError` where there is none. */
export async function revokeKeyCommand({ db, output }: KeyCommand, id: string): Promise<void> {
  const key = await find(db, id);
  await takeBackKey(db, 'command', key);
  await note(db, key, 'key-revoke');
  output.write(
    `The key ${key.key_id} is revoked: services that run take it for no more than some seconds.\n`,
  );
}

/** Gives a key another secret and prints it, this once. Throws a `CallerError` where there is none, or it is revoked. */
export async function rotateKeyCommand({ db, output }: KeyCommand, id: string, grace: string): Promise<void> {
  const made = await renewKey(db, 'command', await find(db, id), parseDuration('--grace', grace));
  await note(db, made.key, 'key-rotate');
  print(
    output,
    made,
    `The key ${made.key.key_id} has another secret; the one before is good for ${grace} more`,
  );
}

/** What cannot be recorded is not shown. */
async function note(db: Database['db'], key: ApiKey, action: `key-${string}`): Promise<void> {
  const { tenant_id: tenant, key_id: id, name, role, graphs, scopes: held, operator } = key;
  const details = { name, role, graphs, scopes: held, operator };
  await recordAction(db, { action, tenant, target: { type: 'key', id }, details });
}

async function find(db: Database['db'], id: string): Promise<ApiKey> {
  const key = await findKey(db, id.replace(/^baton_/, ''));
  if (key) return key;
  throw new CallerError('not-found', `There is no key ${id}.`);
}

function parted(text: string): string[] {
  return text.split(',').filter(Boolean);
}

function roleOf(text: string): Role {
  const role = roles.find((one) => one === text);
  if (role) return role;
  throw new CallerError('invalid-request', unknownName('role', text, [...roles]));
}

function scopeOf(text: string): Scope {
  const scope = scopes.find((one) => one === text);
  if (scope) return scope;
  throw new CallerError('invalid-request', unknownName('scope', text, [...scopes]));
}

/** The key alone on a line of its own, for scripts. */
function print(output: NodeJS.WritableStream, { text }: MadeKey, what: string): void {
  output.write(`${what}. It is shown this once:\n${text}\n`);
}

function lineOf(key: ApiKey): string {
  const until = key.expires_at ? `until ${key.expires_at.toISOString()}` : 'for ever';
  const state = key.revoked_at ? `revoked ${key.revoked_at.toISOString()}` : until;
  const used = key.last_used_at ? `used ${key.last_used_at.toISOString()}` : 'never used';
  const held = [
    key.graphs && `graphs ${key.graphs.join(',')}`,
    key.scopes && `scopes ${key.scopes.join(',')}`,
    key.operator && 'operator',
  ];
  return [keyPrefix(key.key_id), key.role, state, used, ...held.filter(Boolean), key.name]
    .map((cell) => printable(String(cell)))
    .join('  ');
}
