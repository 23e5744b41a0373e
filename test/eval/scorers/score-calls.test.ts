import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ExpectedCall, ExpectedCalls } from '../../../src/eval/expectation.ts';
import { pairInAnyOrder, pairInOrder } from '../../../src/eval/scorers/calls/pair-calls.ts';
import { scoreCalls } from '../../../src/eval/scorers/score-calls.ts';
import type { SeenCall } from '../../../src/eval/transcript.ts';
import type { Json } from '../../../src/message.ts';
import { runsOf, seedOf } from '../../support/property-runs.ts';
import { callOf, seenOf } from './seen.ts';

function expected(name: string, args: Record<string, Json[] | null> = {}, agent?: string): ExpectedCall {
  return { name, args, ...(agent && { agent }) };
}

async function score(
  calls: ExpectedCall[],
  seen: SeenCall[],
  { mode = 'exact', ordered = false }: Partial<Omit<ExpectedCalls, 'calls'>> = {},
) {
  const [only] = await scoreCalls({ calls, mode, ordered }, seenOf({ calls: seen }));
  return only ?? expect.fail('no score');
}

test('calls that are as expected have the whole score, in whatever order', async () => {
  const calls = [expected('find', { id: [1, 2] }), expected('count')];
  expect(await score(calls, [callOf('count', { free: 'x' }), callOf('find', { id: 2 })])).toMatchObject({
    scorer: 'calls',
    value: 1,
    passed: true,
  });
});

test('an argument that does not agree costs its share, and is named', async () => {
  const calls = [expected('find', { id: [1], kind: ['a', 'b'], note: null })];
  const { value, passed, why, details } = await score(calls, [callOf('find', { id: 1, kind: 'c' })]);
  expect({ value, passed }).toEqual({ value: 3 / 4, passed: false });
  expect(why).toBe('find was called with kind = "c" where "a" or "b" was expected.');
  expect(details).toMatchObject({ missing: [], surplus: [] });
});

test('each expected call takes one that was made: the one it agrees with best', async () => {
  const calls = [expected('find', { id: [1] }), expected('find', { id: [2] })];
  const seen = [callOf('find', { id: 2 }), callOf('find', { id: 1 })];
  expect(await score(calls, seen)).toMatchObject({ value: 1 });
  expect(await score(calls, seen.slice(1))).toMatchObject({
    value: 2 / 3,
    passed: false,
    why: 'find(id = 2) was not called.',
  });
});

test('modes say what may be missing and what may be too much', async () => {
  const calls = [expected('find'), expected('count')];
  const fewer = [callOf('find')];
  const more = [callOf('find'), callOf('count'), callOf('delete', { all: true })];
  expect(await score(calls, fewer, { mode: 'within' })).toMatchObject({ value: 1, passed: true });
  expect(await score(calls, fewer, { mode: 'contains' })).toMatchObject({ value: 0.5, passed: false });
  expect(await score(calls, more, { mode: 'contains' })).toMatchObject({ value: 1, passed: true });
  expect(await score(calls, more, { mode: 'within' })).toMatchObject({ value: 2 / 3, passed: false });
  expect(await score(calls, more)).toMatchObject({
    value: 0.8,
    passed: false,
    why: 'delete({"all":true}) was called, and should not have been.',
  });
});

test('that nothing is called can be expected', async () => {
  expect(await score([], [])).toMatchObject({ value: 1, passed: true });
  expect(await score([], [callOf('find')])).toMatchObject({ value: 0, passed: false });
  expect(await score([expected('find')], [])).toMatchObject({ value: 0, passed: false });
});

test('in order, calls that come the other way round are not both right', async () => {
  const calls = [expected('find'), expected('count')];
  const seen = [callOf('count'), callOf('find')];
  expect(await score(calls, seen, { ordered: true })).toMatchObject({ value: 0.5, passed: false });
  expect(await score(calls, seen.toReversed(), { ordered: true })).toMatchObject({ value: 1, passed: true });
});

test('another agent makes it another call', async () => {
  expect(await score([expected('find', {}, 'search')], [callOf('find')])).toMatchObject({
    value: 0,
    why: 'find was not called by search. find({}) was called, and should not have been.',
  });
});

test.each<[Json, Json[], boolean]>([
  [5, [5.0], true],
  [0.1 + 0.2, [0.3], true],
  [5, ['5'], false],
  ['  two\n words ', ['two words'], true],
  ['Comedy', ['comedy'], false],
  [{ a: 1, b: [2, 'x '] }, [{ b: [2, 'x'], a: 1 }], true],
  [{ a: 1 }, [{ a: 1, b: null }], false],
  [[1, 2], [[2, 1]], false],
  [true, [1], false],
  [null, [null], true],
])('%j is one of %j: %s', async (value, right, agrees) => {
  const { passed } = await score([expected('find', { it: right })], [callOf('find', { it: value })]);
  expect(passed).toBe(agrees);
});

test('an argument that is left out is right only where null is', async () => {
  expect((await score([expected('find', { it: [null, 3] })], [callOf('find')])).passed).toBe(true);
  expect((await score([expected('find', { it: [3] })], [callOf('find')])).passed).toBe(false);
});

test('SQL is compared as a statement, and its constants count', async () => {
  const calls = [expected('run_sql', { sql: ['SELECT count(*) FROM film WHERE length > 120'] })];
  const seen = (sql: string) => [callOf('run_sql', { sql })];
  expect((await score(calls, seen('select COUNT(*)\nfrom film -- all\nwhere length>120;'))).passed).toBe(
    true,
  );
  expect((await score(calls, seen('select count(*) from film where length > 90'))).passed).toBe(false);
  expect((await score(calls, seen('not sql at all'))).passed).toBe(false);
});

const likenessTable = fc
  .tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 5 }))
  .chain(([rows, columns]) =>
    fc.array(
      fc.array(fc.constantFrom(0, 0, 1 / 3, 1 / 2, 2 / 3, 3 / 4, 1), {
        minLength: columns,
        maxLength: columns,
      }),
      { minLength: rows, maxLength: rows },
    ),
  );

function sumOf(table: number[][], pairs: (readonly [number, number])[]): number {
  return pairs.reduce((sum, [row, column]) => sum + (table[row]?.[column] ?? 0), 0);
}

/** The greatest sum over all ways of pairing, tried one by one. */
function greatest(table: number[][], ordered: boolean, row = 0, taken: number[] = []): number {
  const values = table[row];
  if (!values) return 0;
  const free = values.flatMap((_, column) =>
    taken.includes(column) || (ordered && taken.some((other) => other > column)) ? [] : [column],
  );
  const sums = free.map(
    (column) => (values[column] ?? 0) + greatest(table, ordered, row + 1, [...taken, column]),
  );
  return Math.max(greatest(table, ordered, row + 1, taken), ...sums);
}

test('calls are paired as well as they can be', () => {
  fc.assert(
    fc.property(likenessTable, (table) => {
      expect(sumOf(table, pairInAnyOrder(table))).toBeCloseTo(greatest(table, false), 9);
      expect(sumOf(table, pairInOrder(table))).toBeCloseTo(greatest(table, true), 9);
    }),
    { numRuns: runsOf(400), seed: seedOf(1) },
  );
});

test('a pair has its own call on either side, and in order pairs do not cross', () => {
  fc.assert(
    fc.property(likenessTable, (table) => {
      for (const pairs of [pairInAnyOrder(table), pairInOrder(table)]) {
        expect(new Set(pairs.map(([row]) => row)).size).toBe(pairs.length);
        expect(new Set(pairs.map(([, column]) => column)).size).toBe(pairs.length);
      }
      const columns = pairInOrder(table).map(([, column]) => column);
      expect(columns).toEqual(columns.toSorted((one, other) => one - other));
    }),
    { numRuns: runsOf(100), seed: seedOf(1) },
  );
});

const someCalls = fc.array(
  fc.record({ name: fc.constantFrom('a', 'b'), x: fc.integer({ min: 0, max: 2 }) }),
  { maxLength: 5 },
);

test('the order of calls changes nothing, and asking for it never makes a score better', async () => {
  await fc.assert(
    fc.asyncProperty(
      someCalls,
      someCalls,
      fc.constantFrom('exact' as const, 'contains' as const, 'within' as const),
      fc.integer(),
      async (wanted, made, mode, seed) => {
        const calls = wanted.map(({ name, x }) => expected(name, { x: [x] }));
        const seen = made.map(({ name, x }) => callOf(name, { x }));
        const shuffled = seen.toSorted((one, other) => order(one, seed) - order(other, seed));
        const plain = await score(calls, seen, { mode });
        const again = await score(calls, shuffled, { mode });
        const ordered = await score(calls, seen, { mode, ordered: true });
        expect(again.value).toBeCloseTo(plain.value ?? -1, 9);
        expect(again.passed).toBe(plain.passed);
        expect(ordered.value ?? 2).toBeLessThanOrEqual((plain.value ?? -1) + 1e-9);
        expect(ordered.passed && !plain.passed).toBe(false);
        expect(plain.passed).toBe(Math.abs((plain.value ?? 0) - 1) < 1e-9);
      },
    ),
    { numRuns: runsOf(100), seed: seedOf(1) },
  );
});

function order({ name, args }: SeenCall, seed: number): number {
  return (Number(args.x) * 7 + name.charCodeAt(0) * 13 + seed) % 5;
}
