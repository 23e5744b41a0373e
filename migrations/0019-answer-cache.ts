import { type Kysely, sql } from 'kysely';
import { guardRows, tenantColumn } from '../src/db/row-security.ts';

/**
 * Answers that may be given again. They hold for one graph, its models, and one state of the tenant's knowledge: with the next change of a
 * document none of them is found any more. A question is kept only where others are compared with it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of tables) await table.execute(db);
  await guardRows(db, 'baton.cached_answer');
}

const tables = [
  sql`create table baton.cached_answer (
    ${tenantColumn},
    scope text not null, -- what an answer depends on besides the question: a hash
    question_hash text not null,
    question text,
    embedding vector, -- of the question, by the model that the scope names
    knowledge_version bigint not null,
    graph text not null,
    message json not null,
    hits integer not null default 0,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    primary key (tenant_id, scope, question_hash)
  )`,
  sql`create index cached_answer_expires on baton.cached_answer (expires_at)`,
];
