import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readJwtKeys } from '../../src/identity/jwt-keys.ts';
import { testConfig } from '../support/open-test-context.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsaJwk = rsa.publicKey.export({ format: 'jwk' });
const ecJwk = ec.publicKey.export({ format: 'jwk' });

/** The keys of a file, which a list in another file names. */
async function read(keys: object[], more: object = {}) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'baton-keys-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(path.join(folder, 'jwks.json'), JSON.stringify({ keys }));
  await writeFile(
    path.join(folder, 'list.json'),
    JSON.stringify([{ jwks: 'jwks.json', tenant: 'acme', ...more }]),
  );
  const config = testConfig('test/fixtures/desk', { BATON_JWT_KEYS: 'list.json' });
  return readJwtKeys({ ...config, projectDir: folder });
}

test('a key set is read from a file, each key with its own algorithm', async () => {
  const keys = await read([
    { ...rsaJwk, kid: 'r', alg: 'RS256' },
    { ...ecJwk, kid: 'e', alg: 'ES256' },
  ]);
  expect([...keys.values()].map(({ kid, alg, tenant }) => ({ kid, alg, tenant }))).toEqual([
    { kid: 'r', alg: 'RS256', tenant: 'acme' },
    { kid: 'e', alg: 'ES256', tenant: 'acme' },
  ]);
  expect((await read([{ ...rsaJwk, kid: 'r' }], { alg: 'RS256' })).get('r')?.alg).toBe('RS256');
});

test.each([
  [[{ ...rsaJwk, kid: 'r' }], {}, /alg is missing/],
  [[{ ...rsaJwk, kid: 'r', alg: 'RS256' }], { alg: 'ES256' }, /not ES256/],
  [[{ ...rsaJwk, kid: 'r', alg: 'ES256' }], {}, /of another kind than its alg/],
  [[{ ...rsaJwk, alg: 'RS256' }], {}, /whose keys have a kid/],
  [[{ ...rsa.privateKey.export({ format: 'jwk' }), kid: 'r', alg: 'RS256' }], {}, /private key/],
  [[{ kty: 'oct', k: 'c2hvcnQ', kid: 'o', alg: 'HS256' }], {}, /shorter than 32 bytes/],
  [[{ kty: 'oct', k: 'A'.repeat(64), kid: 'o', alg: 'RS256' }], {}, /takes a publicKey/],
])('a key set is refused whose keys cannot be used', async (keys, more, problem) => {
  await expect(read(keys, more)).rejects.toThrow(problem);
});

test('a private key in PEM is refused, and told nowhere', async () => {
  const pem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const list = JSON.stringify([{ kid: 'p', alg: 'RS256', publicKey: pem }]);
  const message = await readJwtKeys(testConfig('test/fixtures/desk', { BATON_JWT_KEYS: list })).then(
    () => '',
    (error: Error) => error.message,
  );
  expect(message).toMatch(/p: it is a private key/);
  expect(message).not.toContain(pem.split('\n')[1]);
});
