import { Command } from '@langchain/langgraph';
import { Kysely, PostgresDialect } from 'kysely';
import { type BaseMessage, ToolMessage, type ToolRuntime, tool } from 'langchain';
import type pg from 'pg';
import { z } from 'zod';
import type { Schema } from '../../../src/db/schema.ts';
import { searchFilms } from '../../../src/films/search-films.ts';
import { createLocalEmbedder } from '../../../src/model/local-embedder.ts';

/** The same search as Baton's, by the same code: one statement over pgvector and full text, with the same embedder in the process. */
export function createSearchTool(pool: pg.Pool) {
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  const embedder = createLocalEmbedder();
  return tool(
    async ({ query, limit }) => {
      const hits = await searchFilms(db, embedder, { query, limit });
      return JSON.stringify({ films: hits.map(({ score, parts, ...film }) => film) });
    },
    {
      name: 'search_films',
      description: 'Finds films by what they are about, best first.',
      schema: z.object({ query: z.string(), limit: z.number().int().min(1).max(20).default(5) }),
    },
  );
}

/** The statement in a transaction that reads only and ends in time. */
export function createSqlTool(pool: pg.Pool) {
  return tool(({ sql }) => readOnly(pool, sql), {
    name: 'run_sql',
    description: 'Runs one SELECT on the film shop and returns its rows as JSON.',
    schema: z.object({ sql: z.string() }),
  });
}

async function readOnly(pool: pg.Pool, statement: string): Promise<string> {
  const client = await pool.connect();
  try {
    await client.query('begin read only');
    await client.query("set local statement_timeout = '5s'");
    await client.query('set local search_path = films');
    const { rows } = await client.query(statement);
    await client.query('commit');
    return JSON.stringify(rows.slice(0, 500));
  } catch (error) {
    await client.query('rollback');
    return `The statement failed: ${error instanceof Error ? error.message : error}`;
  } finally {
    client.release();
  }
}

/** Hands the conversation over to another agent of the parent graph. */
export function createHandoffTool(agent: string, description: string) {
  return tool(
    async (_, { state, toolCallId }: ToolRuntime<{ messages: BaseMessage[] }>) => {
      const message = new ToolMessage({ content: `Transferred to ${agent}.`, tool_call_id: toolCallId });
      return new Command({
        goto: agent,
        update: { messages: [...state.messages, message] },
        graph: Command.PARENT,
      });
    },
    { name: `transfer_to_${agent}`, description, schema: z.object({}) },
  );
}
