import { type Kysely, sql } from 'kysely';
import type { AiMessage } from '../message.ts';
import { asService } from '../tenancy.ts';
import type { Schema } from './schema.ts';

export interface CachedAnswer {
  message: AiMessage;
  question_hash: string;
  question: string | null;
  /** Cosine; 1 for the same words. */
  similarity: number;
  created_at: Date;
}

/** What an answer was given to, and what it depends on. */
export interface AnswerKey {
  scope: string;
  hash: string;
  knowledge: number;
}

/** How many kept questions of one scope are compared. */
const mostCompared = 5_000;

const present = sql<number>`coalesce((
  select version from baton.knowledge_version where tenant_id = current_setting('baton.tenant')), 0)::bigint`;

/** The state of the tenant's knowledge, and the answer that was kept for a question in it. */
export async function findAnswer(
  db: Kysely<Schema>,
  { scope, hash }: Pick<AnswerKey, 'scope' | 'hash'>,
): Promise<{ knowledge: number; found?: CachedAnswer }> {
  const { rows } = await sql<{ knowledge: number } & Partial<CachedAnswer>>`
    with hit as (
      update baton.cached_answer set hits = hits + 1
      where scope = ${scope} and question_hash = ${hash} and knowledge_version = ${present} and expires_at > now()
      returning message, question_hash, question, created_at)
    select ${present} as knowledge, hit.*, 1 as similarity from (select) one left join hit on true`.execute(
    db,
  );
  const [{ knowledge, ...found } = { knowledge: 0 }] = rows;
  return found.message ? { knowledge, found: found as CachedAnswer } : { knowledge }; // a row with a message is whole
}

/** The kept answer whose question is nearest to a vector, if it is near enough. */
export async function findNearAnswer(
  db: Kysely<Schema>,
  { scope, knowledge }: Omit<AnswerKey, 'hash'>,
  vector: number[],
  similarity: number,
): Promise<CachedAnswer[]> {
  const { rows } = await sql<CachedAnswer>`
    with kept as (
      select message, question_hash, question, created_at, embedding from baton.cached_answer
      where scope = ${scope} and knowledge_version = ${knowledge} and expires_at > now() and embedding is not null
      order by created_at desc limit ${mostCompared}),
    near as (select *, 1 - (embedding <=> ${JSON.stringify(vector)}::vector) as similarity from kept)
    select message, question_hash, question, created_at, similarity from near
    where similarity >= ${similarity} order by similarity desc, created_at limit 5`.execute(db);
  return rows;
}

/** Keeps an answer, unless the tenant's knowledge has changed since its turn began. The latest answer to a question stands. */
export async function putAnswer(
  db: Kysely<Schema>,
  { scope, hash, knowledge }: AnswerKey,
  kept: { graph: string; message: AiMessage; minutes: number; question?: string; vector?: number[] },
): Promise<void> {
  await sql`
    insert into baton.cached_answer
      (scope, question_hash, question, embedding, knowledge_version, graph, message, expires_at)
    select ${scope}, ${hash}, ${kept.question ?? null}, ${kept.vector ? JSON.stringify(kept.vector) : null}::vector,
      ${knowledge}, ${kept.graph}, ${JSON.stringify(kept.message)}::json, now() + make_interval(mins => ${kept.minutes})
    where ${present} = ${knowledge}
    on conflict (tenant_id, scope, question_hash) do update
    set question = excluded.question, embedding = excluded.embedding, knowledge_version = excluded.knowledge_version,
      message = excluded.message, hits = 0, created_at = now(), expires_at = excluded.expires_at`.execute(db);
}

/** Deletes answers whose time is over, and those of a knowledge that has changed, of all tenants. */
export async function sweepAnswers(db: Kysely<Schema>): Promise<void> {
  await asService(() =>
    sql`
    delete from baton.cached_answer kept
    where expires_at <= now() or knowledge_version < (
      select version from baton.knowledge_version known where known.tenant_id = kept.tenant_id)`.execute(db),
  );
}
