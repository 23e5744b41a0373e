import { expect, test } from 'vitest';
import { checkSql } from '../../src/sql/check-sql.ts';
import { compareBatches } from '../support/compare-batches.ts';
import { shopPolicy } from './shop.ts';

async function reasonFor(statement: string): Promise<string> {
  const checked = await checkSql(statement, shopPolicy);
  return checked.ok ? 'accepted' : `${checked.rule}: ${checked.reason}`;
}

test.each([
  [
    'select * from films',
    /^table: There is no table films that may be read. Did you mean film\? Tables: language, /,
  ],
  [
    'select titel from film',
    /^column: There is no column titel here. Did you mean title\? Its columns: film_id, title/,
  ],
  ['select f.titel from film f', /^column: f has no column titel. Did you mean title\?/],
  ['select password from staff', /^column: staff.password may not be read. Its columns: staff_id, name/],
  [
    'select * from staff',
    /^column: \* would also read .* Of staff, these may be read: staff_id, name, store_id, active.$/,
  ],
  ['select s from staff s', /^whole-row: s as a value is its whole row/],
  ['select lenght(title) from film', /^function: The function lenght is not allowed. Did you mean length\?/],
  ['select film.title from film f', /^table: There is no film in FROM here./],
  ['delete from film', /^reads-only: Only SELECT is allowed.* kind Delete.$/],
  ['select 1; select 2', /^one-statement: /],
  ['select 1 from\n  from film', /^syntax: .*at or near "from" \(line 2\)/],
  ['```sql\nselect 1\n```', /^syntax: Send the SQL alone, without Markdown fences.$/],
  ['select name from staff where manager_id = 1', /^column: staff.manager_id may not be read/],
  [
    'with recursive r(n) as (select 1 union all select n + 1 from r) select * from r',
    /^recursion: .*WHERE n < 100/,
  ],
  ['select title from film where film_id = $1', /^parameter: /],
])('%s is answered with what to do', async (statement, reason) => {
  expect(await reasonFor(statement)).toMatch(reason);
});

test('an accepted statement comes back as the text that was checked', async () => {
  const text = '  select title from film; -- é and the rest';
  expect(await checkSql(text, shopPolicy)).toMatchObject({
    ok: true,
    sql: 'select title from film',
    tables: ['film'],
  });
});

test('names that every object of JavaScript has are names like others', async () => {
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
    expect(await reasonFor(`select * from "${name}"`)).toMatch(/^table: /);
    expect(await reasonFor(`select "${name}"(1)`)).toMatch(/^function: /);
    expect(await reasonFor(`select "${name}" from film`)).toMatch(/^column: /);
    expect(await reasonFor(`select 1::"${name}"`)).toMatch(/^type: /);
  }
});

test('after ten thousand checks the next takes no longer, and no more memory is held', {
  timeout: 120_000,
}, async () => {
  const statement =
    'select f.title, count(*) from film f join film_actor a using (film_id) where f.length > 90 group by 1 order by 2 desc limit 10';
  const { grownBytes, slowdown } = await compareBatches(async () => {
    for (let i = 0; i < 1_500; i++) await checkSql(statement, shopPolicy);
  });
  expect(grownBytes).toBeLessThan(2e6);
  expect(slowdown).toBeLessThan(3);
});
