import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { checkStart } from '../../src/identity/check-start.ts';
import { isLocal } from '../../src/identity/is-local.ts';
import { forgetCallers } from '../../src/identity/memory.ts';
import { giveKey } from '../support/give-key.ts';
import { openTestContext, testConfig } from '../support/open-test-context.ts';
import { makeTestDatabase, openTestDatabase, type TestDatabase } from '../support/test-database.ts';

let empty: TestDatabase;
beforeAll(async () => {
  empty = await makeTestDatabase();
});
afterAll(() => empty.drop());

const config = (settings: Record<string, string> = {}) => testConfig('test/fixtures/desk', settings);
const oidc = JSON.stringify([{ issuer: 'https://issuer.example', audience: 'api', tenant: 'acme' }]);

test('without any setting the service is this machine’s own, until there is a key', async () => {
  const { db } = await openTestDatabase();
  expect(await isLocal({ config: config(), db })).toBe(true);
  await giveKey({ db }, 'local');
  expect(await isLocal({ config: config(), db })).toBe(false);
  expect(await isLocal({ config: config({ BATON_AUTH: 'local' }), db })).toBe(true);
});

test('keys that ran out or were revoked do not open a service again', async () => {
  const { db } = await openTestDatabase();
  await giveKey({ db }, 'local', { expiresAt: new Date(0) });
  await db.updateTable('baton.api_key').set({ revoked_at: new Date() }).execute();
  forgetCallers(db);
  expect(await isLocal({ config: config(), db })).toBe(false);
});

test.each([
  { HOST: '0.0.0.0' },
  { HOST: '::' },
  { HOST: 'baton.internal' },
  { HOST: '127.0.0.1.example.com' },
  { BATON_AUTH: 'required' },
  { BATON_JWT_KEYS: '[]' },
  { BATON_OIDC: oidc },
])('with %o everybody is asked who they are', async (settings) => {
  const { db } = empty.database;
  expect(await isLocal({ config: config(settings as Record<string, string>), db })).toBe(false);
});

test('where others reach it and nobody has a key, the service does not start and says what to run', async () => {
  const { db } = await openTestDatabase();
  const start = (settings: Record<string, string>) => checkStart({ config: config(settings), db });
  const message = await start({ HOST: '0.0.0.0' }).catch((error: Error) => error.message);
  expect(message).toContain('baton -- tenant create acme');
  expect(message).toContain('baton -- key create --tenant acme');
  expect(message).toContain('npm start');
  for (const settings of [
    {},
    { HOST: '::1' },
    { HOST: '0.0.0.0', BATON_AUTH: 'required' },
    { HOST: '0.0.0.0', BATON_AUTH: 'local' },
    { HOST: '0.0.0.0', BATON_OIDC: oidc },
    { HOST: '0.0.0.0', BATON_ROLE: 'worker' },
  ]) {
    await expect(start(settings as Record<string, string>)).resolves.toBeUndefined();
  }
  await giveKey({ db }, 'local');
  await expect(start({ HOST: '0.0.0.0' })).resolves.toBeUndefined();
  await expect(start({ HOST: '0.0.0.0', BATON_AUTH: 'local' })).rejects.toThrow(/BATON_AUTH=required/);
});

const secret = 'a secret that is shared, of more than thirty-two bytes';
test.each([
  [[{ kid: 'a', alg: 'HS256', secret: 'short' }], /shorter than 32 bytes/],
  [[{ kid: 'a', alg: 'RS256', secret }], /takes a publicKey/],
  [[{ kid: 'a', alg: 'HS256', secret: `-----BEGIN PUBLIC KEY-----\n${secret}` }], /key in PEM/],
  [
    [{ kid: 'a', alg: 'RS256', publicKey: '-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----' }],
    /cannot be read/,
  ],
  [[{ kid: 'a', alg: 'none', secret }], /expected HS256/],
  [[{ kid: 'baton', alg: 'HS256', secret }], /service’s own/],
  [
    [
      { kid: 'a', alg: 'HS256', secret },
      { kid: 'a', alg: 'HS256', secret },
    ],
    /two of this id/,
  ],
  [[{ kid: 'a', alg: 'HS256' }], /one of secret, publicKey and jwks/],
  [[{ alg: 'HS256', secret }], /kid and alg are missing/],
  [[{ kid: 'a', jwks: 'nothing.json' }], /cannot be read/],
])('keys that cannot be used keep the service from starting: %j', async (keys, problem) => {
  const { db } = empty.database;
  const starting = checkStart({ config: config({ BATON_JWT_KEYS: JSON.stringify(keys) }), db });
  const message = await starting.then(
    () => '',
    (error: Error) => error.message,
  );
  expect(message).toMatch(problem);
  expect(message).not.toContain(secret);
});

test.each([
  [[{ issuer: 'https://i.example', audience: 'api' }], /tenant or tenantClaim/],
  [[{ issuer: 'https://i.example', tenant: 'acme' }], /audience is missing/],
  [[{ issuer: 'https://i.example', tenant: 'acme', preset: 'cognito' }], /needs clientId/],
  [[{ issuer: 'i.example', audience: 'api', tenant: 'acme' }], /URL of an issuer/],
  [[{ issuer: 'https://i.example?x=1', audience: 'api', tenant: 'acme' }], /neither query nor fragment/],
  [
    [{ issuer: 'https://i.example', audience: 'api', tenant: 'acme', groupsToRoles: { ops: 'root' } }],
    /groupsToRoles/,
  ],
])('issuers that cannot be used keep the service from starting: %j', async (issuers, problem) => {
  const { db } = empty.database;
  await expect(checkStart({ config: config({ BATON_OIDC: JSON.stringify(issuers) }), db })).rejects.toThrow(
    problem,
  );
});

test('a service that was this machine’s own asks who you are once there is a key', async () => {
  const context = await openTestContext();
  const app = createApp(context);
  const status = async () => (await app.request('/v1/models')).status;
  expect(await status()).toBe(200);
  await giveKey(context, 'local');
  expect(await status()).toBe(401);
});

test('metrics are for an operator, or for who has their token', async () => {
  const context = await openTestContext();
  context.config.auth.mode = 'required';
  context.config.auth.metricsToken = 'for-metrics-alone';
  const app = createApp(context);
  const ask = async (path: string, key?: string) =>
    (await app.request(path, { headers: key ? { Authorization: `Bearer ${key}` } : {} })).status;
  expect(await ask('/metrics')).toBe(401);
  expect(await ask('/metrics', 'for-metrics-alonE')).toBe(401);
  expect(await ask('/metrics', 'for-metrics-alone')).toBe(200);
  expect(await ask('/metrics', await giveKey(context, 'local', { role: 'admin' }))).toBe(403);
  expect(await ask('/metrics', await giveKey(context, 'local', { role: 'admin', operator: true }))).toBe(200);
  expect(await ask('/v1/models', 'for-metrics-alone')).toBe(401);
});
