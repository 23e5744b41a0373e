import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { importFilms } from '../../src/commands/import.ts';
import type { Schema } from '../../src/db/schema.ts';
import { generateShop } from '../../src/films/generate-shop.ts';
import { importPagila } from '../../src/films/import-pagila.ts';
import { loadShop } from '../../src/films/load-shop.ts';
import { replaceShop } from '../../src/films/replace-shop.ts';
import { createLocalEmbedder } from '../../src/model/local-embedder.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';

const real = path.resolve(import.meta.dirname, '../../../shared/data/film_rental');

let made: TestDatabase;
let db: Kysely<Schema>;

beforeAll(async () => {
  made = await makeTestDatabase();
  db = made.database.db;
});
afterAll(() => made.drop());
beforeEach(() => db.transaction().execute((trx) => replaceShop(trx, async () => undefined)));

async function folderOf(files: Record<string, string | Buffer>): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'baton-dump-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content);
  return folder;
}

function copy(table: string, columns: string, ...rows: string[]): string {
  return [`COPY public.${table} (${columns}) FROM stdin;`, ...rows, '\\.', ''].join('\n');
}

const language = copy('language', 'language_id, name, last_update', '1\tEnglish\t2020-01-01 00:00:00+00');
const actors = (...rows: string[]) => copy('actor', 'actor_id, first_name, last_name', ...rows);

test.skipIf(!existsSync(real))(
  `the real shop is imported unchanged${existsSync(real) ? '' : ` (skipped: there is no ${real})`}`,
  async () => {
    await loadShop(db, generateShop());
    const lines: string[] = [];
    await importFilms({ database: made.database, embedder: createLocalEmbedder() }, real, (line) =>
      lines.push(line),
    );
    expect(lines.at(-1)).toMatch(/^Imported 46273 rows .* embedded 1000 films/);
    const { rows } = await sql`
      select (select count(*) from films.film) as films,
        (select count(*) from films.customer) as customers,
        (select count(*) from films.rental) as rentals,
        (select count(*) from films.rental where return_date is null) as out,
        (select count(*) from films.payment) as payments,
        (select sum(amount) from films.payment) as paid,
        (select sum(length) from films.film) as minutes,
        (select count(*) from films.film where 'Trailers' = any(special_features)) as trailers,
        (select md5(string_agg(title || description, '|' order by film_id)) from films.film) as texts,
        (select md5(string_agg(extract(epoch from payment_date)::text, '|' order by payment_id))
          from films.payment) as moments,
        (select encode(picture, 'hex') from films.staff where staff_id = 1) as picture,
        (select count(*) from films.film_embedding) as vectors,
        (select nextval('films.customer_customer_id_seq')) as next`.execute(db);
    expect(rows).toEqual([
      {
        films: 1000,
        customers: 599,
        rentals: 16044,
        out: 183,
        payments: 16049,
        paid: '67416.51',
        minutes: 115272,
        trailers: 535,
        texts: '543c26e9dde05d9c83934955f27e4de8',
        moments: 'f3d40a6f2b5e7489759a29301b883d33',
        picture: '89504e470d0a5a0a',
        vectors: 1000,
        next: 600,
      },
    ]);
  },
);

test('escapes, nulls, gzip and carriage returns are read as pg_dump writes them', async () => {
  const folder = await folderOf({
    '1.sql.gz': gzipSync(actors('1\tA\\tB\\\\N\tline\\nbreak', '2\t\tZoë \u2028 “x”')),
    '2.sql': language.replaceAll('\n', '\r\n'),
    '3.sql': copy(
      'film',
      'film_id, title, description, language_id, special_features, fulltext',
      '5\tIt\'s\t\\N\t1\t{Trailers,"Deleted \\"Scenes"}\t\'it\':1',
    ).replace('\\"', '\\\\"'),
    'notes.txt': 'COPY public.nothing (a) FROM stdin;\n1\n\\.\n',
  });
  await importPagila(db, folder);
  const actor = await db
    .selectFrom('films.actor')
    .select(['first_name', 'last_name'])
    .orderBy('actor_id')
    .execute();
  expect(actor).toEqual([
    { first_name: 'A\tB\\N', last_name: 'line\nbreak' },
    { first_name: '', last_name: 'Zoë \u2028 “x”' },
  ]);
  const film = await db
    .selectFrom('films.film')
    .select(['title', 'description', 'special_features'])
    .execute();
  expect(film).toEqual([
    { title: "It's", description: null, special_features: ['Trailers', 'Deleted "Scenes'] },
  ]);
});

test('payments may stand in partitions, and tables in any order', async () => {
  const columns = 'payment_id, customer_id, staff_id, rental_id, amount, payment_date';
  const folder = await folderOf({
    'all.sql': [
      copy('payment_p2020_01', columns, '1\t1\t1\t1\t1.99\t2020-01-02 00:00:00+00'),
      copy('payment_p2020_02', columns, '2\t1\t1\t1\t2.99\t2020-02-02 00:00:00+00'),
      copy('rental', 'rental_id, rental_date, inventory_id, customer_id, staff_id', '1\t2020-01-01\t1\t1\t1'),
      copy('inventory', 'inventory_id, film_id, store_id', '1\t1\t1'),
      copy('customer', 'customer_id, store_id, first_name, last_name, address_id', '1\t1\tA\tB\t1'),
      copy('store', 'store_id, manager_staff_id, address_id', '1\t1\t1'),
      copy('staff', 'staff_id, first_name, last_name, address_id, store_id, username', '1\tA\tB\t1\t1\ta'),
      copy('film', 'film_id, title, language_id', '1\tA\t1'),
      copy('address', 'address_id, address, district, city_id, phone', '1\tA\tB\t1\t'),
      copy('city', 'city_id, city, country_id', '1\tA\t1'),
      copy('country', 'country_id, country', '1\tA'),
      language,
    ].join('\n'),
  });
  expect(await importPagila(db, folder)).toMatchObject({ payment: 2, staff: 1, store: 1 });
});

test.each([
  [
    'a row with too few values',
    { 'a.sql': actors('1\tA\tB', '2\tC') },
    /a\.sql:3: expected 3 values and found 2/,
  ],
  [
    'a value of the wrong type',
    { 'a.sql': actors('1\tA\tB', '2\tC\tD', 'x\tE\tF') },
    /a\.sql:4: .*integer.*"x"/,
  ],
  [
    'a key that stands twice',
    { 'a.sql': actors('1\tA\tB', '2\tC\tD', '1\tE\tF') },
    /a\.sql:4: duplicate key/,
  ],
  ['an unknown table', { 'a.sql': copy('spaceship', 'id', '1') }, /a\.sql:2: the table spaceship/],
  [
    'an unknown column',
    { 'a.sql': copy('actor', 'actor_id, wings', '1\t2') },
    /a\.sql:2: the column wings of table actor/,
  ],
  [
    'a file that ends in a block',
    { 'a.sql': 'COPY public.actor (actor_id) FROM stdin;\n1' },
    /a\.sql:2: the file ends/,
  ],
  [
    'a reference to nothing',
    { 'a.sql': copy('city', 'city_id, city, country_id', '1\tA\t7') },
    /\(country_id\)=\(7\)/,
  ],
  ['no COPY block', { 'a.sql': 'insert into actor values (1);' }, /holds a COPY block/],
  ['no dump at all', {}, /holds a COPY block/],
] as [string, Record<string, string>, RegExp][])(
  '%s is refused and the shop stays',
  async (_, files, message) => {
    await db.insertInto('films.actor').values({ first_name: 'Old', last_name: 'Actor' }).execute();
    const importing = importPagila(db, await folderOf(files));
    await expect(importing).rejects.toMatchObject({
      name: 'CallerError',
      message: expect.stringMatching(message),
    });
    expect(await db.selectFrom('films.actor').select('first_name').execute()).toEqual([
      { first_name: 'Old' },
    ]);
  },
);

test('a folder that is not there is named', async () => {
  await expect(importPagila(db, '/no/such/folder')).rejects.toThrow('There is no folder /no/such/folder');
});

test('a dump larger than one batch is read to its end', async () => {
  const rows = Array.from({ length: 2_345 }, (_, index) => `${index + 1}\tA${index}\tB`);
  expect(await importPagila(db, await folderOf({ 'a.sql': actors(...rows) }))).toEqual({ actor: 2_345 });
});
