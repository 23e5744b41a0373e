import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';

/**
 * The versions that the checkpoints without a parent of a thread's namespace hold themselves, by channel. A copy of the thread's first state
 * takes over its values, and names none of them new.
 */
export async function readRootVersions(
  db: Kysely<Schema>,
  { thread_id, checkpoint_ns }: { thread_id: string; checkpoint_ns: string },
): Promise<Map<string, Set<string>>> {
  const { rows } = await sql<{ channel: string; versions: string[] }>`
    select own.channel, json_agg(c.checkpoint -> 'channel_versions' ->> own.channel) as versions
    from baton.checkpoint c cross join json_object_keys(c.checkpoint -> 'channel_values') own (channel)
    where c.thread_id = ${thread_id} and c.checkpoint_ns = ${checkpoint_ns} and c.parent_id is null
    group by own.channel`.execute(db);
  return new Map(rows.map(({ channel, versions }) => [channel, new Set(versions)]));
}
