import { expect, test } from 'vitest';
import { goldVariants } from '../../../../evals/adapters/gold-variants.ts';

test('statements that semicolons divide are each right', () => {
  expect(goldVariants('select 1; select 2;')).toEqual(['select 1', 'select 2']);
});

test('braces stand for one of the columns or all of them, here and where they come again', () => {
  expect(goldVariants('SELECT {u.name, u.id}, count(*) FROM u GROUP BY {}')).toEqual([
    'SELECT u.name, u.id, count(*) FROM u GROUP BY u.name, u.id',
    'SELECT u.name, count(*) FROM u GROUP BY u.name',
    'SELECT u.id, count(*) FROM u GROUP BY u.id',
  ]);
});

test('a comma within brackets divides no columns, and a name is not grouped by', () => {
  expect(goldVariants("SELECT {to_char(d, 'YYYY') AS y, z} FROM t GROUP BY {}")[1]).toBe(
    "SELECT to_char(d, 'YYYY') AS y FROM t GROUP BY to_char(d, 'YYYY')",
  );
});
