import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keepText, redactDetails } from '../../src/audit/redact-details.ts';
import { growthOf, mostGrowth } from '../support/growth.ts';
import { runsOf, seedOf } from '../support/property-runs.ts';

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';
const secrets = [
  ['baton_0123456789abcdef_3fZk29Aa81LmQpXy7T3fZk29Aa81', 'baton_0123456789abcdef_[redacted]'],
  ['sk-proj-abcdefghijklmnopqrstuv', 'sk-[redacted]'],
  [jwt, '[redacted]'],
  ['-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqh\n-----END PRIVATE KEY-----', '[redacted]'],
  ['Bearer abcdefghijklmnop', 'Bearer [redacted]'],
  ['AKIAIOSFODNN7EXAMPLE', '[redacted]'],
] as const;

test('members named like secrets are blotted out, wherever they stand', () => {
  const names = [
    'password',
    'new_password',
    'client_secret',
    'accessToken',
    'Authorization',
    'set-cookie',
    'apiKey',
    'api_key',
    'sealed',
  ];
  for (const name of names)
    expect(redactDetails({ a: [{ [name]: 'hush' }] })).toEqual({ a: [{ [name]: '[redacted]' }] });
  expect(redactDetails({ secret: { deep: ['hush'] } })).toEqual({ secret: '[redacted]' });
});

test('numbers and truth values stay, whatever they are called', () => {
  const budget = { tokens: 4000, hasPassword: true, token: null };
  expect(redactDetails(budget)).toEqual(budget);
});

test('texts that look like secrets are blotted out in the midst of others', () => {
  for (const [secret, blotted] of secrets) {
    expect(keepText(`the value ${secret} was given`)).toBe(`the value ${blotted} was given`);
  }
  expect(keepText('postgres://baton:hush@db.example/x')).toBe('postgres://[redacted]@db.example/x');
});

test('what is no secret stays', () => {
  for (const text of [
    'films',
    'key_018f3a',
    'sk-ating',
    'select count(*) from film',
    'https://example.com/a@b',
  ])
    expect(keepText(text)).toBe(text);
});

test('long texts are cut, and the cut leaves no half of a secret', () => {
  const kept = keepText(`${'x '.repeat(1_995)}${jwt}`);
  expect(kept).not.toContain('eyJ');
  expect(keepText('x'.repeat(5_000))).toMatch(/^x{4000}… \(cut from 5000 characters\)$/);
});

test('what Postgres cannot store goes', () => {
  expect(redactDetails({ 'a\0b': 'c\0d', e: '\ud800' })).toEqual({ ab: 'cd', e: '\ufffd' });
});

test('wide and deep values are cut', () => {
  const kept = redactDetails({ wide: Array.from({ length: 150 }, (_, at) => at) });
  expect((kept.wide as unknown[]).length).toBe(101);
  const huge = redactDetails({ texts: Array.from({ length: 100 }, () => 'x'.repeat(4_000)) });
  expect(JSON.stringify(huge).length).toBeLessThan(5_000);
  const deep = JSON.parse(`${'{"a":'.repeat(50)}1${'}'.repeat(50)}`);
  expect(JSON.stringify(redactDetails(deep)).length).toBeLessThan(100);
});

test('nothing takes longer than it is long', async () => {
  for (const piece of ['eyJ-', '-----BEGIN ', 'a:', '://']) {
    const keep = (length: number) => keepText(piece.repeat(length / piece.length));
    expect(await growthOf(keep, 400_000), piece).toBeLessThan(mostGrowth);
  }
}, 60_000);

test('any value becomes JSON that can be kept', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const kept = redactDetails(value);
      expect(JSON.parse(JSON.stringify(kept))).toEqual(kept);
      expect(JSON.stringify(kept)).not.toContain('\\u0000');
    }),
    { numRuns: runsOf(100), seed: seedOf(1) },
  );
});
