import { createSecretKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toConfig } from '../../src/config.ts';
import { ConfigError } from '../../src/errors.ts';
import { seal } from '../../src/secrets/seal.ts';
import { SecretError } from '../../src/secrets/secret-error.ts';
import { sealedUnder, unseal } from '../../src/secrets/unseal.ts';
import { runsOf, seedOf } from '../support/property-runs.ts';

const first = { id: 'first', key: createSecretKey(randomBytes(32)) };
const second = { id: 'second', key: createSecretKey(randomBytes(32)) };
const place = { tenant: 'acme', table: 'baton.model_key', row: 'mk_1' };

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(SecretError);
    return (error as Error).message; // as it was just found to be
  }
  return expect.unreachable('it opened');
}

test('what was sealed opens at its place, whatever text it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      expect(unseal(seal(text, place, [first]), place, [first])).toBe(text.toWellFormed());
    }),
    { numRuns: runsOf(100), seed: seedOf(1) },
  );
});

test('the first key seals, each opens, and the sealed text says which it was', () => {
  const sealed = seal('sk-canary', place, [first, second]);
  expect(sealedUnder(sealed)).toBe('first');
  expect(unseal(sealed, place, [second, first])).toBe('sk-canary');
});

test('the same text is sealed another way each time, and shows nothing of itself', () => {
  const sealed = Array.from({ length: 100 }, () => seal('sk-canary', place, [first]));
  expect(new Set(sealed).size).toBe(100);
  expect(new Set(sealed.map((text) => text.split('.')[2])).size).toBe(100);
  for (const text of sealed) expect(text).not.toContain('canary');
});

test.each([
  ['tenant', { ...place, tenant: 'other' }],
  ['tenant to the service', { ...place, tenant: null }],
  ['row', { ...place, row: 'mk_2' }],
  ['table', { ...place, table: 'baton.other' }],
  ['row by another cut', { tenant: 'acme', table: 'baton.model', row: '_key mk_1' }],
])('what was moved to another %s does not open', (_, elsewhere) => {
  const message = messageOf(() => unseal(seal('sk-canary', place, [first]), elsewhere, [first]));
  expect(message).toContain('it was changed or moved');
  expect(message).not.toContain('canary');
});

test('a text of which one bit was turned does not open', () => {
  const sealed = seal('sk-canary', place, [first]);
  const [version, id, nonce = '', rest = ''] = sealed.split('.');
  for (const [part, which] of [nonce, rest].map(
    (text, at) => [Buffer.from(text, 'base64url'), at] as const,
  )) {
    for (let bit = 0; bit < part.length * 8; bit += 1) {
      const turned = Buffer.from(part);
      turned.writeUInt8(turned.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      const parts =
        which === 0 ? [turned.toString('base64url'), rest] : [nonce, turned.toString('base64url')];
      expect(messageOf(() => unseal([version, id, ...parts].join('.'), place, [first]))).toContain(
        'does not open',
      );
    }
  }
});

test.each([
  '',
  'sk-canary',
  'v1.first',
  'v2.first.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAA',
  'v1.first.AAAA.AAAA',
])('what is no sealed text is told so: %j', (text) => {
  const message = messageOf(() => unseal(text, place, [first]));
  expect(message).toBe('The secret of baton.model_key mk_1 of acme is not a sealed text.');
});

test('a missing key is named by its id, and the text is not told', () => {
  const sealed = seal('sk-canary', place, [first]);
  const message = messageOf(() => unseal(sealed, place, [second]));
  expect(message).toBe(
    'The secret of baton.model_key mk_1 of acme is sealed under the key "first", which BATON_SECRET_KEYS does not have.',
  );
});

test('another key under the same id does not open', () => {
  const sealed = seal('sk-canary', place, [first]);
  expect(messageOf(() => unseal(sealed, place, [{ ...second, id: 'first' }]))).toContain('does not open');
});

test('without a key nothing is sealed', () => {
  expect(messageOf(() => seal('sk-canary', place, []))).toBe(
    'Secrets cannot be kept: BATON_SECRET_KEYS is not set.',
  );
});

test('keys are read from the environment in their order, and do not show themselves', () => {
  const encoded = randomBytes(32).toString('base64');
  const { secrets } = toConfig(
    { BATON_SECRET_KEYS: `new:${encoded}, old:${randomBytes(32).toString('base64')}` },
    { cwd: '/', terminal: false },
  );
  expect(secrets.keys.map(({ id }) => id)).toEqual(['new', 'old']);
  expect(JSON.stringify(secrets)).not.toContain(encoded);
  const [key] = secrets.keys;
  expect(key?.key.export().toString('base64')).toBe(encoded);
});

test.each(['sk-plain', 'k:c2hvcnQ=', `a b:${'A'.repeat(43)}=`, `k:${'A'.repeat(43)}=,k:${'B'.repeat(42)}A=`])(
  'what is no list of keys is refused without being repeated: %s',
  (text) => {
    const read = () => toConfig({ BATON_SECRET_KEYS: text }, { cwd: '/', terminal: false });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow('BATON_SECRET_KEYS: expected id:key');
    expect(read).not.toThrow(text);
  },
);
