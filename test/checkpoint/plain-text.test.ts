import { HumanMessage } from '@langchain/core/messages';
import { Send } from '@langchain/langgraph';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeValue } from '../../src/checkpoint/encode-value.ts';
import { plainText } from '../../src/checkpoint/plain-text.ts';
import { runsOf, seedOf } from '../support/property-runs.ts';

function encoded(value: unknown): string {
  return JSON.stringify(encodeValue(value));
}

test('what JSON holds as it is has the text that comes of encoding it', () => {
  const plain = [
    'a"b\\n\n😀',
    0,
    1e21,
    true,
    null,
    [],
    {},
    { deep: [{ a: [1, 'b', null, { c: false }] }] },
    Object.create(null),
    { constructor: 'c', value: 1, $: 2 },
  ];
  for (const value of plain) expect(plainText(value)).toBe(encoded(value));
});

test('what has to be encoded has no plain text, however deep it lies', () => {
  const odd = [
    undefined,
    -0,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1n,
    'a\0b',
    '\ud800',
    new Date(0),
    new Map(),
    new Set(),
    new Error('no'),
    /a/,
    new Uint8Array(1),
    new URL('https://example.com'),
    new HumanMessage('hi'),
    new Send('node', {}),
    new (class Point {
      x = 1;
    })(),
    new String('boxed'),
    new Array(1),
    { toJSON: () => 'other' },
    Object.assign([1], { toJSON: () => 'other' }),
    { $baton: 'message', value: [] },
    JSON.parse('{"__proto__":1}'),
    { 'a\0': 1 },
    { '\udfff': 1 },
    () => 1,
    Symbol('s'),
  ];
  for (const value of odd)
    for (const holder of [value, [value], { a: [{ b: value }] }]) expect(plainText(holder)).toBeUndefined();
});

test('any value has the text that comes of encoding it, or none', () => {
  const key = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('$baton', '__proto__', 'toJSON', 'lc', 'toString', 'a\0', '\udfff', 'a\\u0000'),
  );
  const values = [
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.double(),
    fc.boolean(),
    fc.constantFrom(null, undefined, '$baton', '__proto__', '\\u0000', '\ud83d', 'a\0b'),
  ];
  const anything = fc.anything({
    key,
    values,
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: false,
  });
  fc.assert(
    fc.property(anything, (value) => {
      const text = plainText(value);
      if (text !== undefined) expect(text).toBe(encoded(value));
    }),
    { numRuns: runsOf(3_000), seed: seedOf(1) },
  );
});
