import { type Kysely, sql } from 'kysely';
import { CallerError } from '../errors.ts';
import { type KeyClaim, usedOtherwise } from './idempotency-keys.ts';
import type { Schema } from './schema.ts';

/** An answer of 2xx: its status and its JSON body, null where it has none. */
export interface KeptAnswer {
  status: number;
  answer: unknown;
}

/** A claim on a key whose request is being answered; `since` tells it from a later one on the same key. */
export interface AnswerClaim extends KeyClaim {
  since: string;
}

/** How long a request may take before it is taken for dead, in seconds. */
const patience = 60;

/**
 * Claims a key for a request that is to be answered once, or finds the answer that it was given within a day. A claim that has stood
 * for a minute without an answer is taken over: its process is gone.
 *
 * Throws a `CallerError` (`conflict`) when the key was used for another request, or when the same one is being answered right now.
 */
export async function claimAnswer(
  db: Kysely<Schema>,
  claim: KeyClaim,
): Promise<AnswerClaim | { kept: KeptAnswer }> {
  const { scope, key, hash } = claim;
  const { rows } = await sql<{ since: string }>`
    insert into baton.idempotency_key as k (scope, key, hash, created_at)
    values (${scope}, ${key}, ${hash}, clock_timestamp())
    on conflict (tenant_id, scope, key) do update
    set hash = excluded.hash, created_at = excluded.created_at, status = null, answer = null, run_id = null, thread_id = null
    where k.created_at < now() - interval '1 day'
      or k.hash = excluded.hash and k.status is null and k.run_id is null
        and k.created_at < now() - make_interval(secs => ${patience})
    returning created_at::text as since`.execute(db);
  const [claimed] = rows;
  if (claimed) return { ...claim, since: claimed.since };
  const used = await db
    .selectFrom('baton.idempotency_key')
    .select(['hash', 'status', 'answer'])
    .where('scope', '=', scope)
    .where('key', '=', key)
    .executeTakeFirst();
  if (used && used.hash !== hash) throw usedOtherwise(key);
  if (used?.status) return { kept: { status: used.status, answer: used.answer } };
  const message = 'The same request is being answered right now. Try again soon.';
  throw new CallerError('conflict', message, { retryAfter: 1 });
}

/** Keeps the answer for a day, unless the claim is another's by now. */
export async function keepAnswer(db: Kysely<Schema>, claim: AnswerClaim, kept: KeptAnswer): Promise<void> {
  await sql`
    update baton.idempotency_key set status = ${kept.status}, answer = ${JSON.stringify(kept.answer)}::json
    where ${isOurs(claim)}`.execute(db);
}

/** Gives the key up: the request failed, and may be tried again. */
export async function releaseKey(db: Kysely<Schema>, claim: AnswerClaim): Promise<void> {
  await sql`delete from baton.idempotency_key where ${isOurs(claim)}`.execute(db);
}

function isOurs({ scope, key, since }: AnswerClaim) {
  return sql`scope = ${scope} and key = ${key} and created_at = ${since}::timestamptz and status is null`;
}
