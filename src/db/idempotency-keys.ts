import { type Kysely, sql } from 'kysely';
import { CallerError } from '../errors.ts';
import type { Schema } from './schema.ts';

export interface KeyClaim {
  scope: string;
  key: string;
  hash: string;
}

type Ids = { runId: string; threadId: string };

/**
 * Claims an idempotency key for a run, within the transaction that accepts it. Returns the run that has the key already, when it was
 * used within a day; a second request under the same key waits here for the first.
 *
 * Throws a `CallerError` (`conflict`) when the key was used for another request.
 */
export async function claimKey(trx: Kysely<Schema>, claim: KeyClaim, ids: Ids): Promise<Ids | undefined> {
  const { scope, key, hash } = claim;
  await forgetOld(trx, claim);
  const claimed = await trx
    .insertInto('baton.idempotency_key')
    .values({ scope, key, hash, run_id: ids.runId, thread_id: ids.threadId })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'scope', 'key']).doNothing())
    .returning('key')
    .executeTakeFirst();
  if (claimed) return undefined;
  const used = await trx
    .selectFrom('baton.idempotency_key')
    .select(['hash', 'run_id', 'thread_id'])
    .where('scope', '=', scope)
    .where('key', '=', key)
    .executeTakeFirstOrThrow();
  if (used.hash !== hash || !used.run_id || !used.thread_id) throw usedOtherwise(key);
  return { runId: used.run_id, threadId: used.thread_id };
}

/** The run that a key was claimed for within a day, if any. Throws as `claimKey` does. */
export async function findAcceptedRun(db: Kysely<Schema>, claim: KeyClaim): Promise<Ids | undefined> {
  const used = await db
    .selectFrom('baton.idempotency_key')
    .select(['hash', 'run_id', 'thread_id'])
    .where('scope', '=', claim.scope)
    .where('key', '=', claim.key)
    .where('created_at', '>=', sql<Date>`now() - interval '1 day'`)
    .executeTakeFirst();
  if (!used) return undefined;
  if (used.hash !== claim.hash || !used.run_id || !used.thread_id) throw usedOtherwise(claim.key);
  return { runId: used.run_id, threadId: used.thread_id };
}

export function usedOtherwise(key: string): CallerError {
  return new CallerError('conflict', `The Idempotency-Key ${key} was used for another request.`);
}

/** Deletes keys that are older than a day, at most `limit`. */
export async function forgetKeys(db: Kysely<Schema>, limit: number): Promise<void> {
  await sql`
    delete from baton.idempotency_key where ctid in (
      select ctid from baton.idempotency_key where created_at < now() - interval '1 day' limit ${limit}
    )`.execute(db);
}

async function forgetOld(trx: Kysely<Schema>, { scope, key }: KeyClaim): Promise<void> {
  await trx
    .deleteFrom('baton.idempotency_key')
    .where('scope', '=', scope)
    .where('key', '=', key)
    .where('created_at', '<', sql<Date>`now() - interval '1 day'`)
    .execute();
}
