import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { filmsSqlPolicy } from '../../src/films/films-sql-policy.ts';
import type { Tool, ToolContext, ToolResult } from '../../src/handoff/define-tool.ts';
import { createLocalEmbedder } from '../../src/model/local-embedder.ts';
import { describeTablesTool } from '../../tools/describe-tables.ts';
import { runSqlTool } from '../../tools/run-sql.ts';
import { searchFilmsTool } from '../../tools/search-films.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { toolContext } from '../support/tool-context.ts';

let made: TestDatabase;
let context: ToolContext;

beforeAll(async () => {
  made = await makeTestDatabase();
  const embedder = createLocalEmbedder();
  const prepared = { database: made.database, embedder, progress: () => undefined };
  for (const tool of [searchFilmsTool, runSqlTool, searchFilmsTool, runSqlTool])
    await tool.prepare?.(prepared);
  context = toolContext({ database: made.database, embedder });
});
afterAll(() => made.drop());

async function call<P extends z.ZodObject>(tool: Tool<P>, args: z.input<P>): Promise<ToolResult> {
  const result = await tool.run(tool.parameters.parse(args), context);
  return typeof result === 'string' ? { content: result } : result;
}

test('run_sql gives the model columns and rows, and programs the statement too', async () => {
  const sql = 'select count(*) as films from film';
  const { content, artifact } = await call(runSqlTool, { sql });
  expect(JSON.parse(content)).toEqual({ columns: ['films'], rows: [[300]], rowCount: 1 });
  expect(artifact).toEqual({ sql, columns: ['films'], rows: [[300]], rowCount: 1 });
});

test('run_sql shows the first rows of a long result and says so', async () => {
  const { content, artifact } = await call(runSqlTool, {
    sql: 'select title, description from film order by film_id',
  });
  const shown = JSON.parse(content);
  expect(content.length).toBeLessThan(10_000);
  expect(shown.rows.length).toBeLessThan(300);
  expect(shown.truncated).toBe(
    `These are the first ${shown.rows.length} of 300 rows. Count, group or limit to see what matters.`,
  );
  expect((artifact as { rows: unknown[] }).rows).toHaveLength(300); // the artifact that run_sql makes
});

test('run_sql says when the statement would have given more', async () => {
  const { content } = await call(runSqlTool, { sql: 'select rental_id from rental' });
  expect(JSON.parse(content).truncated).toContain('of more than 500 rows');
});

test.each([
  ['select password from staff', /password/],
  ['delete from film', /SELECT/i],
  ['select * from pg_stat_activity', /pg_stat_activity/],
])('run_sql refuses %s and tells why', async (sql, reason) => {
  await expect(call(runSqlTool, { sql })).rejects.toMatchObject({
    name: 'ToolError',
    message: expect.stringMatching(reason),
  });
});

test('describe_tables names what may be read and nothing else', async () => {
  const { content } = await call(describeTablesTool, {});
  for (const table of Object.keys(filmsSqlPolicy.tables)) expect(content).toContain(table);
  expect(content).toContain('rental_duration');
  for (const secret of ['password', 'picture', 'film_embedding', 'fulltext'])
    expect(content).not.toContain(secret);
});

test('describe_tables tells of one table what its columns hold', async () => {
  const { content } = await call(describeTablesTool, { tables: ['rental'] });
  expect(content).toContain('null while it is still out');
  expect(content).not.toContain('replacement_cost');
});

test('search_films finds by subject and keeps scores from the model', async () => {
  const { content, artifact } = await call(searchFilmsTool, { query: 'a lighthouse keeper', limit: 3 });
  const { films } = JSON.parse(content);
  expect(films).toHaveLength(3);
  expect(films[0].description).toContain('lighthouse keeper');
  expect(films[0]).not.toHaveProperty('score');
  expect(artifact).toMatchObject({
    query: 'a lighthouse keeper',
    hits: [{ score: expect.any(Number) }, {}, {}],
  });
});

test('search_films keeps to its filters', async () => {
  const { content } = await call(searchFilmsTool, { query: 'horse', category: 'Western', max_length: 120 });
  const { films } = JSON.parse(content);
  expect(films.length).toBeGreaterThan(0);
  for (const film of films) expect(film.category).toBe('Western');
});

test.each([
  describeTablesTool as unknown as Tool,
  runSqlTool as unknown as Tool,
  searchFilmsTool as unknown as Tool, // a list of tools of different parameters
])('every field of $name is described', ({ parameters }) => {
  const { properties = {} } = z.toJSONSchema(parameters, { io: 'input' });
  for (const field of Object.values(properties)) expect(field).toHaveProperty('description');
});
