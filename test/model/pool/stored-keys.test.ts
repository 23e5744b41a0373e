import { createSecretKey, randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { openLog } from '../../../src/log.ts';
import { addKey, changeKey, type KeyRing, removeKey } from '../../../src/model/pool/manage-keys.ts';
import { noKeyLimits } from '../../../src/model/pool/model-key.ts';
import { openStoredKeys } from '../../../src/model/pool/stored-keys.ts';
import { rotateSecrets } from '../../../src/secrets/rotate-secrets.ts';
import { asService, inTenant } from '../../../src/tenancy.ts';
import { makeTestDatabase } from '../../support/test-database.ts';

const made = await makeTestDatabase();
const { db } = made.database;
afterAll(() => made.drop());

const old = { id: 'old', key: createSecretKey(randomBytes(32)) };
const young = { id: 'young', key: createSecretKey(randomBytes(32)) };
const ring: KeyRing = { db, secretKeys: [old], allow: ['10.0.0.0/8'] };
const draft = { ...noKeyLimits, name: 'k', provider: 'openai', secret: 'sk-canary-of-a-key' };

beforeEach(() =>
  asService(async () => {
    await db.deleteFrom('baton.model_key').execute();
    await db
      .insertInto('baton.tenant')
      .values({ tenant_id: 'acme', name: 'Acme' })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }),
);

function open(secretKeys = [old]) {
  const lines: string[] = [];
  const log = openLog(
    'info',
    false,
    new Writable({ write: (line, _, done) => done(void lines.push(`${line}`)) }),
  );
  let now = 0;
  const stored = openStoredKeys(db, { secretKeys, allow: ['10.0.0.0/8'], log, now: () => now });
  const pass = (milliseconds: number) => {
    now += milliseconds;
  };
  return { stored, lines, pass };
}

const addTo = (tenant: string) => inTenant(tenant, () => addKey(ring, tenant, draft));

test('what another process changed is seen after ten seconds, and one’s own change at once', async () => {
  const { stored, pass } = open();
  expect((await stored.of('acme')).keys).toEqual([]);
  const { key_id } = await addTo('acme');
  pass(9_999);
  expect((await stored.of('acme')).keys).toEqual([]);
  pass(1);
  expect((await stored.of('acme')).keys).toMatchObject([
    { id: key_id, secret: draft.secret, tenant: 'acme' },
  ]);
  await inTenant('acme', () => removeKey({ ...ring, forget: stored.forget }, 'acme', key_id));
  expect((await stored.of('acme')).keys).toEqual([]);
});

test('a key that nobody changed is the same one, and a changed one is new: how it fared is kept or not', async () => {
  const { stored, pass } = open();
  const { key_id } = await addTo('acme');
  const [first] = (await stored.of('acme')).keys;
  pass(10_000);
  expect((await stored.of('acme')).keys[0]).toBe(first);
  await inTenant('acme', () => changeKey(ring, 'acme', key_id, { weight: 2 }));
  pass(10_000);
  const [second] = (await stored.of('acme')).keys;
  expect(second).not.toBe(first);
  expect(second?.limits.weight).toBe(2);
});

test('keys are read for who asks, whoever’s work it is', async () => {
  const { stored } = open();
  await addTo('acme');
  await asService(() => addKey(ring, null, { ...draft, baseUrl: 'http://10.0.0.1/v1' }));
  const read = async (owner: string | null) =>
    (await stored.of(owner)).keys.map(({ tenant, allow }) => [tenant, allow]);
  expect(await inTenant('local', () => read('acme'))).toEqual([['acme', []]]);
  expect(await inTenant('acme', () => read(null))).toEqual([[null, ['10.0.0.0/8']]]);
  expect(await read('local')).toEqual([]);
});

test('many who ask at once are one query', async () => {
  const { stored } = open();
  await addTo('acme');
  const all = await Promise.all(Array.from({ length: 100 }, () => stored.of('acme')));
  expect(new Set(all.map(({ keys }) => keys[0])).size).toBe(1);
});

test('a secret that does not open disables its key, and is told with the id of the key that is missing', async () => {
  const { stored, lines } = open([young]);
  const { key_id } = await addTo('acme');
  const { keys } = await stored.of('acme');
  expect(keys).toMatchObject([{ id: key_id, disabled: true, unreadable: expect.stringContaining('"old"') }]);
  expect(lines.join('')).toContain('sealed under the key \\"old\\", which BATON_SECRET_KEYS does not have');
  expect(lines.join('')).not.toContain('canary');
});

test('a rotation goes on under a service that runs', async () => {
  const { stored, pass } = open([young, old]);
  await addTo('acme');
  expect((await stored.of('acme')).keys[0]?.secret).toBe(draft.secret);
  await rotateSecrets(db, [young, old]);
  pass(10_000);
  expect((await stored.of('acme')).keys[0]?.secret).toBe(draft.secret);
  expect((await open([young]).stored.of('acme')).keys[0]?.secret).toBe(draft.secret);
});

test('while the database is away, what was read last is used', async () => {
  const other = await makeTestDatabase();
  const log = openLog('silent', false);
  let now = 0;
  const stored = openStoredKeys(other.database.db, { secretKeys: [old], allow: [], log, now: () => now });
  await asService(() => addKey({ ...ring, db: other.database.db }, null, draft));
  const before = await stored.of(null);
  await other.drop();
  now = 20_000;
  expect(await stored.of(null)).toBe(before);
  await expect(stored.of('acme')).rejects.toThrow();
});
