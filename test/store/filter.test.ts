import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/message.ts';
import { createLocalEmbedder } from '../../src/model/local-embedder.ts';
import { putItem } from '../../src/store/put-item.ts';
import { searchItems } from '../../src/store/search-items.ts';
import { runsOf, seedOf } from '../support/property-runs.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

const embedder = createLocalEmbedder();
const count = 80;
let made: TestDatabase;
let values: JsonObject[];

const text = fc.oneof(
  fc.constantFrom('', 'a', 'b', 'B', 'é', 'z', '\uFF5E', '😀', "'", '%'),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const number = fc.oneof(
  fc.integer({ min: -2, max: 2 }),
  fc.constantFrom(0.1, 0.30000000000000004, 1e21, 5e-324, -1.7976931348623157e308, 2 ** 53),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const leaf = fc.oneof(text, number, fc.boolean(), fc.constant(null));
const key = fc.constantFrom('a', 'b', 'a', 'b', 'c', 'a.b', '0', '');
const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    { weight: 3, arbitrary: leaf },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 3 }) },
    { weight: 2, arbitrary: fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }) },
  ),
})).value;
const stored = fc.dictionary(key, json, { minKeys: 1, maxKeys: 4, noNullPrototype: true });
const field = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('a', 'b', 'a.b') },
  fc.constantFrom('c', 'a.b.c', 'b.a', 'a.0', 'b.0', 'c.', '.a', 'toString', ''),
);

/** U+0000 is refused, and halves of surrogate pairs are replaced: neither is in what the store holds. */
function clean<Value>(values: fc.Arbitrary<Value>): fc.Arbitrary<Value> {
  return values.filter((value) => !/\\u0000|\\ud[89a-f]/i.test(JSON.stringify(value)));
}

beforeAll(async () => {
  made = await makeTestDatabase();
  values = fc.sample(clean(stored), { numRuns: count, seed: seedOf(7) });
  for (const [at, value] of values.entries()) {
    const item = { namespace: ['filter'], key: `${at}`, value, index: false as const };
    await putItem(made.database.db, embedder, item);
  }
});
afterAll(() => made.drop());

async function found(filter: JsonObject): Promise<number[]> {
  const search = { prefix: ['filter'], filter, limit: 1000, offset: 0 };
  const items = await searchItems(made.database.db, embedder, search);
  return items.map((item) => Number(item.key)).sort((a, b) => a - b);
}

test('a filter in SQL finds what the same filter in JavaScript finds', async () => {
  const seen = { some: 0, none: 0, all: 0 };
  const operand = fc.oneof(
    leaf,
    json,
    fc.constantFrom(...values.flatMap((value) => Object.values(value)), 1),
  );
  const bound = fc.oneof(text, number);
  const condition = fc.oneof(
    operand,
    fc.record({ $eq: operand }),
    fc.record({ $ne: operand }),
    fc.record({ $in: fc.array(operand, { maxLength: 3 }) }),
    fc.record({ $nin: fc.array(operand, { maxLength: 3 }) }),
    fc.record({ $gt: bound, $lte: bound }, { requiredKeys: [] }),
    fc.record({ $gte: bound, $lt: bound, $ne: operand }, { requiredKeys: [] }),
  );
  const filters = fc.dictionary(field, condition as fc.Arbitrary<Json>, {
    minKeys: 1,
    maxKeys: 2,
    noNullPrototype: true,
  }); // every one is JSON
  await fc.assert(
    fc.asyncProperty(clean(filters), async (filter) => {
      const expected = [...values.keys()].filter((at) => passes(values[at] ?? {}, filter));
      expect(await found(filter)).toEqual(expected);
      seen[expected.length === 0 ? 'none' : expected.length === count ? 'all' : 'some'] += 1;
    }),
    { numRuns: runsOf(400), seed: seedOf(7) },
  );
  expect(seen.some).toBeGreaterThan(runsOf(400) / 5);
});

test.each<[JsonObject, string]>([
  [{ a: { $regex: 'x' } }, 'filter.a.$regex'],
  [{ a: { $gt: 1, plain: 2 } }, 'filter.a.plain'],
  [{ a: { b: { $gt: 1 } } }, 'filter.a'],
  [{ a: { $gt: null } }, 'filter.a.$gt'],
  [{ a: { $in: 'x' } }, 'filter.a.$in'],
  [{ a: '\0' }, 'filter.a'],
  [{ 'a\0': 1 }, 'filter'],
  [{ ['a.'.repeat(30)]: 1 }, 'filter'],
])('the filter %j is refused, and told where', async (filter, path) => {
  await expect(found(filter)).rejects.toMatchObject({ code: 'invalid-request', issues: [{ path }] });
});

test('a filter of too many conditions is refused', async () => {
  const filter = Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`f${at}`, at]));
  await expect(found(filter)).rejects.toMatchObject({
    code: 'invalid-request',
    issues: [{ path: 'filter' }],
  });
});

function passes(value: JsonObject, filter: JsonObject): boolean {
  return Object.entries(filter).every(([field, wanted]) => {
    const at = valueAt(value, field);
    const isOperators = isObject(wanted) && Object.keys(wanted).some((name) => name.startsWith('$'));
    if (!isOperators) return isSame(at, wanted);
    return Object.entries(wanted).every(([name, operand]) => holds(at, name, operand));
  });
}

function valueAt(value: JsonObject, field: string): Json | undefined {
  if (Object.hasOwn(value, field)) return value[field];
  let at: Json | undefined = value;
  for (const step of field.split('.')) at = isObject(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  return at;
}

function holds(at: Json | undefined, name: string, operand: Json): boolean {
  if (name === '$eq') return isSame(at, operand);
  if (name === '$ne') return !isSame(at, operand);
  const options = Array.isArray(operand) ? operand : [];
  if (name === '$in') return options.some((option) => isSame(at, option));
  if (name === '$nin') return !options.some((option) => isSame(at, option));
  const order = compare(at, operand);
  if (order === undefined) return false;
  if (name === '$gt') return order > 0;
  if (name === '$gte') return order >= 0;
  return name === '$lt' ? order < 0 : order <= 0;
}

function compare(a: Json | undefined, b: Json): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return undefined;
}

function isSame(a: Json | undefined, b: Json | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, at) => isSame(item, b[at]));
  }
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((name) => Object.hasOwn(b, name) && isSame(a[name], b[name]))
    );
  }
  return a === b || (a === 0 && b === 0);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
