import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { suite } from '../../evals/films-pagila.eval.ts';
import type { SuiteSource } from '../../src/eval/suites/define-suite.ts';
import { filmsSqlPolicy } from '../../src/films/films-sql-policy.ts';
import { generateShop } from '../../src/films/generate-shop.ts';
import { importPagila } from '../../src/films/import-pagila.ts';
import { loadShop } from '../../src/films/load-shop.ts';
import type { Example } from '../../src/model/chat-model.ts';
import { createReader } from '../../src/sql/create-reader.ts';
import { runSelect } from '../../src/sql/run-select.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

const project = path.resolve(import.meta.dirname, '../..');
const real = path.resolve(project, '../shared/data/film_rental');
const shop = generateShop();

const agent = await readFile(path.join(project, 'agents/sql.md'), 'utf8');
const { examples } = parse(agent.split(/^---$/m)[1] ?? '') as { examples: Example[] };
const withSql = examples.flatMap((example) => {
  const statement = example.calls?.[0]?.run_sql?.sql;
  return typeof statement === 'string' ? [{ ...example, statement }] : [];
});

/** Only what is said of the suite is needed here, which stands there whether or not it can run. */
const questions = await casesOf(suite);

async function casesOf({ cases = [] }: SuiteSource) {
  const list = typeof cases === 'function' ? await cases({ projectDir: project }) : cases;
  return list.map(({ ask = '', expect: expected }) => {
    const { sql: gold, facts } = z
      .object({ sql: z.object({ gold: z.string() }), facts: z.array(z.string()) })
      .parse(expected);
    return { question: ask, values: facts, statement: gold.gold };
  });
}

/** What stands in the slots, from the generated shop. */
const slots: Record<string, string> = {
  hours: '2',
  minutes: '90',
  least: '80',
  most: '120',
  n: '3',
  category: 'comedy',
  kind: 'pg',
  feature: 'trailers',
  month: 'July',
  store: '1',
  rating: 'pg-13',
  language: 'english',
  rate: '0.99',
  title: String(titleOfRented()).toLowerCase(),
  actor: `${shop.actor[0]?.first_name} ${shop.actor[0]?.last_name}`,
  customer: nameOfCustomer(),
  country: 'canada',
};

function titleOfRented(): string | undefined {
  const copy = shop.inventory.find(({ inventory_id }) => inventory_id === shop.rental[0]?.inventory_id);
  return shop.film.find(({ film_id }) => film_id === copy?.film_id)?.title;
}

function nameOfCustomer(): string {
  const customer = shop.customer.find(({ customer_id }) => customer_id === shop.payment[0]?.customer_id);
  return `${customer?.first_name} ${customer?.last_name}`;
}

/** A year is one of the rentals or one of the films. */
function fill(text: string): string {
  const year = text.includes('rental_date') ? '2025' : String(shop.film[0]?.release_year);
  const values: Record<string, string> = { ...slots, year };
  return text.replace(/\{(\w+)\}/g, (slot, name: string) => values[name]?.replaceAll("'", "''") ?? slot);
}

describe('on the generated shop', () => {
  let made: TestDatabase;
  beforeAll(async () => {
    made = await makeTestDatabase();
    await loadShop(made.database.db, shop);
    await createReader(made.database, filmsSqlPolicy);
  });
  afterAll(() => made.drop());

  test('there are more than fifty examples', () => {
    expect(withSql.length).toBeGreaterThan(50);
  });

  test.each(withSql)('$ask: runs, and finds what its answer says', async ({ ask, statement, answer }) => {
    const filled = fill(statement);
    const asked = [...ask.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    expect(filled).not.toMatch(/\{\w+\}/);
    const { columns, rows, rowCount } = await runSelect(made.database, filled, filmsSqlPolicy);
    expect(rowCount).toBeGreaterThan(0);
    expect(rows[0]?.every((value) => value !== null && value !== 0 && value !== '0')).toBe(true);
    for (const [, name] of answer?.matchAll(/\{(\w+)\}/g) ?? []) {
      expect([...columns, ...asked]).toContain(name);
    }
  });

  test.each([
    'select password from staff',
    'select username from staff',
    'select email from customer',
    'select phone from address',
    'select * from staff',
    'select fulltext from film',
    'select embedding from film_embedding',
    'select s from staff s',
  ])('%s is refused', async (statement) => {
    await expect(runSelect(made.database, statement, filmsSqlPolicy)).rejects.toMatchObject({
      name: 'ToolError',
    });
  });
});

describe.skipIf(!existsSync(real))(
  `on the real shop${existsSync(real) ? '' : ` (skipped: there is no ${real})`}`,
  () => {
    let made: TestDatabase;
    beforeAll(async () => {
      made = await makeTestDatabase();
      await importPagila(made.database.db, real);
      await createReader(made.database, filmsSqlPolicy);
    });
    afterAll(() => made.drop());

    test.each(questions)('$question: its own SQL finds what is expected', async ({ statement, values }) => {
      const rows = await made.database.db.transaction().execute(async (trx) => {
        await sql`set local search_path = films`.execute(trx);
        await sql`set local timezone = 'UTC'`.execute(trx);
        return (await sql.raw(statement).execute(trx)).rows;
      });
      for (const value of values) expect(JSON.stringify(rows)).toContain(value);
    });

    test('every example runs', async () => {
      for (const { statement } of withSql) {
        await expect(runSelect(made.database, fill(statement), filmsSqlPolicy)).resolves.toBeDefined();
      }
    });
  },
);
