import { expect, test } from 'vitest';
import { compareAtRest } from '../../../../src/eval/scorers/sql/compare-at-rest.ts';

/** Compares counts: each list has what a statement gives time after time, the last of them for ever. */
async function compare(right: number[], other: number[]) {
  const runs = { right: 0, other: 0 };
  const give = (counts: number[], of: keyof typeof runs) => async () => {
    const count = counts[Math.min(runs[of]++, counts.length - 1)] ?? null;
    return { columns: ['count'], rows: [[count]] };
  };
  const outcome = await compareAtRest(
    async () => ({ result: await give(right, 'right')() }),
    give(other, 'other'),
    ({ result }, { rows }) => (result.rows[0]?.[0] === rows[0]?.[0] ? undefined : `${rows[0]?.[0]}`),
  );
  return { ...outcome, runs };
}

test('what agrees at once is run once', async () => {
  expect(await compare([7], [7])).toMatchObject({ difference: undefined, runs: { right: 1, other: 1 } });
});

test('a difference counts when the data stood still', async () => {
  expect(await compare([7], [8])).toMatchObject({ difference: '8', runs: { right: 2, other: 1 } });
});

test('a row that came between the two is no difference', async () => {
  expect(await compare([7, 8], [8])).toMatchObject({ difference: undefined, runs: { right: 2, other: 2 } });
});

test('data that never stand still are compared ten times', async () => {
  const moving = Array.from({ length: 20 }, (_, at) => at);
  expect(await compare(moving, [-1])).toMatchObject({ difference: '-1', runs: { right: 10, other: 10 } });
});

test('a statement that does not run is not tried again', async () => {
  const right = async () => ({ result: { columns: ['count'], rows: [[1]] } });
  const outcome = await compareAtRest(
    right,
    async () => ({ error: 'no such column' }),
    () => 'never',
  );
  expect(outcome).toMatchObject({ error: 'no such column' });
});
