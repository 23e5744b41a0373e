import { expect, test } from 'vitest';
import { describeTables } from '../../src/sql/describe-tables.ts';
import { openTestDatabase } from '../support/test-database.ts';
import { makeShop, shopPolicy } from './shop.ts';

test('tables are described with types, keys, values and comments, and hidden columns are not', async () => {
  const database = await openTestDatabase();
  await makeShop(database);
  const text = await describeTables(database, shopPolicy, ['film', 'shop.staff']);
  expect(text).toContain('film (about 100 rows): what can be rented');
  expect(text).toContain('  film_id integer — primary key');
  expect(text).toContain('  length integer — can be null; in minutes');
  expect(text).toContain("  rating rating — can be null; one of 'G', 'PG', 'PG-13', 'R', 'NC-17'");
  expect(text).toContain('  language_id integer — refers to language.language_id');
  expect(text).toContain('\n\nstaff\n');
  expect(text).not.toMatch(/password|manager_id|audit/);
  expect(await describeTables(database, shopPolicy)).toContain('payment (about 600 rows)');
  await expect(describeTables(database, shopPolicy, ['films'])).rejects.toThrow(
    /There is no table films. Did you mean film\?/,
  );
  await expect(describeTables(database, shopPolicy, ['audit'])).rejects.toThrow(/There is no table audit/);
});
