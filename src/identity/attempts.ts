import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { CallerError } from '../errors.ts';
import { asService } from '../tenancy.ts';

/** How often something may be tried that is not meant to be tried often. */
export interface Pace {
  /** So many attempts in a row need not wait. */
  free: number;
  /** With this one it is locked. */
  most: number;
  /** How long it is locked, and how long attempts are remembered, in seconds. */
  seconds: number;
}

/** An account or an address, of which attempts are counted. */
export interface Tried {
  what: 'log-in' | 'log-in-from' | 'reset' | 'reset-from';
  who: string;
  pace: Pace;
}

/** No wait is longer than this, in seconds, until it is locked. */
const longestWait = 60;

/**
 * Counts an attempt before it is made, so that those made at once do not get past it: each one over `free` waits twice as long as
 * the one before, and after `most` nothing goes for a while. Holds across processes. Returns whether this one locked it.
 *
 * Throws a `CallerError` (`too-many-requests`) that says when to try again.
 */
export async function startAttempt(db: Kysely<Schema>, tried: Tried): Promise<{ locked: boolean }> {
  const { free, most, seconds } = tried.pace;
  const key = keyOf(tried);
  return asService(async () => {
    const { rows } = await sql<{ count: number }>`
      insert into baton.attempt as a (key, count, allowed_at, forget_at)
      values (${key}, 1, now(), now() + make_interval(secs => ${seconds}))
      on conflict (key) do update set
        count = ${nextCount},
        allowed_at = now() + make_interval(secs => case
          when ${nextCount} >= ${most} then ${seconds}
          when ${nextCount} < ${free} then 0
          else least(${longestWait}, power(2, least(${nextCount} - ${free}, 16))) end),
        forget_at = now() + make_interval(secs => ${seconds})
      where a.allowed_at <= now() or a.forget_at <= now()
      returning count`.execute(db);
    const [row] = rows;
    if (!row) throw await tooMany(db, key);
    return { locked: row.count >= most };
  });
}

/** Takes an attempt back that turned out to be right. */
export async function takeBackAttempt(db: Kysely<Schema>, tried: Omit<Tried, 'pace'>): Promise<void> {
  await asService(() =>
    db
      .updateTable('baton.attempt')
      .set({ count: sql`greatest(count - 1, 0)`, allowed_at: sql<Date>`now()` })
      .where('key', '=', keyOf(tried))
      .execute(),
  );
}

/** Forgets all attempts, and opens what they locked. */
export async function forgetAttempts(db: Kysely<Schema>, tried: Omit<Tried, 'pace'>): Promise<void> {
  await asService(() => db.deleteFrom('baton.attempt').where('key', '=', keyOf(tried)).execute());
}

const nextCount = sql`case when a.forget_at <= now() then 1 else a.count + 1 end`;

async function tooMany(db: Kysely<Schema>, key: string): Promise<CallerError> {
  const row = await db
    .selectFrom('baton.attempt')
    .select(sql<number>`extract(epoch from allowed_at - now())::float8`.as('seconds'))
    .where('key', '=', key)
    .executeTakeFirst();
  const retryAfter = Math.max(1, Math.ceil(row?.seconds ?? 1));
  return new CallerError('too-many-requests', `Too many attempts. Try again in ${retryAfter} s.`, {
    retryAfter,
  });
}

/** Addresses of people are not kept for those who have no account here. */
function keyOf({ what, who }: Omit<Tried, 'pace'>): string {
  return createHash('sha256').update(`${what} ${who}`).digest('base64url');
}
