import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../src/audit/canonical-json.ts';
import type { Json } from '../../src/message.ts';
import { runsOf, seedOf } from '../support/property-runs.ts';

test('the example of RFC 8785, section 3.2.2, comes out as printed there', () => {
  const value = JSON.parse(`{
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
    "literals": [null, true, false]
  }`);
  expect(canonicalJson(value)).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

test('the names of RFC 8785, section 3.2.3, are in the order of their code units', () => {
  const value = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    '1': 'One',
    '\ud83d\ude00': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    '\u00f6': 'Latin Small Letter O With Diaeresis',
  };
  expect(
    Object.values(
      JSON.parse(
        `[${canonicalJson(value)
          .match(/"[^"]*"(?=[,}])/g)
          ?.join(',')}]`,
      ),
    ),
  ).toEqual([
    'Carriage Return',
    'One',
    'Control',
    'Latin Small Letter O With Diaeresis',
    'Euro Sign',
    'Emoji: Grinning Face',
    'Hebrew Letter Dalet With Dagesh',
  ]);
});

test('any JSON comes back as it was, and does not depend on the order of its members', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value as Json);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(JSON.parse(text))).toBe(text);
      if (value && typeof value === 'object' && !Array.isArray(value)) {
        const turned = Object.fromEntries(Object.entries(value).reverse()) as Json;
        expect(canonicalJson(turned)).toBe(text);
      }
    }),
    { numRuns: runsOf(100), seed: seedOf(1) },
  );
});
