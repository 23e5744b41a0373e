import { sql } from 'kysely';
import { toSql } from 'pgvector/kysely';
import { afterAll, expect, test } from 'vitest';
import { vectorValue } from '../../src/db/vector-value.ts';
import { asService } from '../../src/tenancy.ts';
import { makeTestDatabase } from '../support/test-database.ts';

const { database, drop } = await makeTestDatabase();
const { db } = database;
afterAll(drop);

const long = Array.from({ length: 1_536 }, (_, at) => Math.sin(at) / 7);

test.each([
  ['one number', [0.5]],
  ['numbers of any sign and size', [0, -0, 1, -1, 1e-30, -3.4e38, Math.PI, 0.1]],
  ['as many as embeddings have', long],
])('%s are the vector that their text is, however often it is asked', async (_, vector) => {
  for (let times = 0; times < 3; times++) {
    const { rows } = await asService(() =>
      sql<{
        same: boolean;
        size: number;
      }>`select ${vectorValue(db, vector)}::vector = ${toSql(vector)}::vector as same,
        vector_dims(${vectorValue(db, vector)}::vector(${sql.lit(vector.length)})) as size`.execute(db),
    );
    expect(rows).toEqual([{ same: true, size: vector.length }]);
  }
});

test.each([
  ['without numbers', []],
  ['with what is no number', [1, Number.NaN]],
])('a vector %s is refused', async (_, vector) => {
  const asked = asService(() => sql`select ${vectorValue(db, vector)}::vector`.execute(db));
  await expect(asked).rejects.toThrow();
});
