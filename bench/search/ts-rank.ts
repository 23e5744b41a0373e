import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../src/db/schema.ts';
import { asOwner } from '../../src/tenancy.ts';

/** Has the texts of all live chunks found by PostgreSQL's own text search, in a table of its own with a GIN index. */
export async function fillTsRank(db: Kysely<Schema>): Promise<void> {
  await asOwner(async () => {
    for (const statement of [
      'drop table if exists bench_text',
      `create table bench_text as select chunk_no,
        to_tsvector('english', coalesce(title, '') || ' ' || text) as words from baton.chunk where live`,
      'create index on bench_text using gin (words)',
      'analyze bench_text',
    ])
      await sql.raw(statement).execute(db);
  });
}

/** The chunks that have all words of the query, by `ts_rank_cd`. */
export async function searchTsRank(db: Kysely<Schema>, query: string, limit: number): Promise<number[]> {
  const { rows } = await asOwner(() =>
    sql<{ chunk_no: number }>`
      select chunk_no from bench_text, plainto_tsquery('english', ${query}) asked
      where words @@ asked order by ts_rank_cd(words, asked) desc, chunk_no limit ${limit}`.execute(db),
  );
  return rows.map((row) => row.chunk_no);
}
