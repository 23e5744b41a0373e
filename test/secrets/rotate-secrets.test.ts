import { createSecretKey, randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { sql } from 'kysely';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { rotateSecretsCommand } from '../../src/commands/secrets.ts';
import type { SecretKey } from '../../src/config/secrets.ts';
import { insertModelKey, readSealedKeys } from '../../src/db/model-keys.ts';
import { rotateSecrets } from '../../src/secrets/rotate-secrets.ts';
import { seal } from '../../src/secrets/seal.ts';
import { sealedColumns } from '../../src/secrets/sealed-columns.ts';
import { sealedUnder, unseal } from '../../src/secrets/unseal.ts';
import { asService } from '../../src/tenancy.ts';
import { makeTestDatabase } from '../support/test-database.ts';

const old = secretKey('old');
const young = secretKey('young');
const made = await makeTestDatabase();
const { db } = made.database;
afterAll(() => made.drop());

function secretKey(id: string): SecretKey {
  return { id, key: createSecretKey(randomBytes(32)) };
}

beforeEach(async () => {
  await asService(async () => {
    await db.deleteFrom('baton.model_key').execute();
    await db
      .insertInto('baton.tenant')
      .values({ tenant_id: 'acme', name: 'Acme' })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  });
});

async function keep(owner: string | null, count: number, under = old): Promise<void> {
  await asService(async () => {
    for (let at = 0; at < count; at += 1) {
      const key_id = `mk_${owner ?? 'service'}_${String(at).padStart(4, '0')}`;
      const place = { tenant: owner, table: 'baton.model_key', row: key_id };
      await insertModelKey(db, {
        tenant_id: owner,
        key_id,
        name: 'k',
        provider: 'openai',
        base_url: null,
        models: [],
        weight: 1,
        max_concurrency: null,
        requests_per_minute: null,
        tokens_per_minute: null,
        last_four: '',
        sealed: seal(`sk-of-${key_id}`, place, [under]),
      });
    }
  });
}

async function allOpen(owner: string | null, keys: Parameters<typeof unseal>[2]): Promise<boolean> {
  const rows = await asService(() => readSealedKeys(db, owner));
  return rows.every(
    ({ sealed, key_id }) =>
      unseal(sealed, { tenant: owner, table: 'baton.model_key', row: key_id }, keys) === `sk-of-${key_id}`,
  );
}

test('everything is sealed again under the first key, of tenants and of the service, in pieces', async () => {
  await keep('acme', 130);
  await keep(null, 3);
  await keep('local', 2, young);
  const pieces: number[] = [];
  const done = await rotateSecrets(db, [young, old], ({ resealed, current }) =>
    pieces.push(resealed + current),
  );
  expect(done).toEqual({ resealed: 133, current: 2, changed: 0, failures: [] });
  expect(pieces).toEqual([100, 135]);
  for (const owner of ['acme', null, 'local']) expect(await allOpen(owner, [young])).toBe(true);
});

test('a rotation that was broken off is gone on with', async () => {
  await keep('acme', 250);
  const broken = rotateSecrets(db, [young, old], ({ resealed }) => {
    if (resealed >= 200) throw new Error('the machine was turned off');
  });
  await expect(broken).rejects.toThrow('turned off');
  const done = await rotateSecrets(db, [young, old]);
  expect(done).toEqual({ resealed: 50, current: 200, changed: 0, failures: [] });
  expect(await allOpen('acme', [young])).toBe(true);
});

test('what does not open is told and left as it is, and the rest is rotated', async () => {
  await keep('acme', 3);
  await keep('local', 1, secretKey('gone'));
  await asService(() =>
    sql`update baton.model_key set sealed = (select sealed from baton.model_key where key_id = 'mk_acme_0000')
      where key_id = 'mk_acme_0001'`.execute(db),
  );
  const output = new PassThrough();
  expect(await rotateSecretsCommand(db, [young, old], output)).toBe(false);
  const told = await text(output.end());
  expect(told).toContain('mk_acme_0001 of acme does not open: it was changed or moved');
  expect(told).toContain('sealed under the key "gone", which BATON_SECRET_KEYS does not have');
  expect(told).toContain('2 sealed under young now, 0 were before, 0 changed meanwhile, 2 do not open.');
  const rows = await asService(() => readSealedKeys(db, 'acme'));
  expect(rows.map(({ sealed }) => sealedUnder(sealed))).toEqual(['young', 'old', 'young']);
});

test('without a key there is nothing to rotate to', async () => {
  await expect(rotateSecretsCommand(db, [], new PassThrough())).rejects.toThrow(
    'BATON_SECRET_KEYS is not set',
  );
});

test('every column that holds sealed texts is rotated', async () => {
  const { rows } = await sql<{ name: string }>`
    select c.relname || '.' || a.attname as name from pg_attribute a
    join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'baton' and c.relkind = 'r' and a.attname like '%sealed%'`.execute(db);
  const known = sealedColumns.map(({ table, column }) => `${table.replace('baton.', '')}.${column}`);
  expect(rows.map(({ name }) => name).sort()).toEqual([...known].sort());
});
