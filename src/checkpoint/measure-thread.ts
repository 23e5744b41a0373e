import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';

/** What a thread takes in the database, in bytes as they are stored, without indexes. */
export interface ThreadSize {
  /** All of it. */
  bytes: number;
  checkpoints: Part;
  /** What waits on checkpoints. */
  writes: Part;
  /** The log. */
  events: Part;
  /** The values, by channel. */
  channels: Record<string, Part>;
}

export interface Part {
  count: number;
  bytes: number;
}

export async function measureThread(db: Kysely<Schema>, threadId: string): Promise<ThreadSize> {
  const { rows } = await sql<{ part: string; channel: string | null } & Part>`
    select 'checkpoints' as part, null as channel, coalesce(sum(count), 0)::int8 as count, coalesce(sum(bytes), 0)::int8 as bytes
    from (
      select 1 as count, pg_column_size(c.*) as bytes from baton.checkpoint c where thread_id = ${threadId}
      union all
      select length(states) - length(replace(states, E'\n', '')) + 1, pg_column_size(p.*)
      from baton.checkpoint_pack p where thread_id = ${threadId}
    ) c
    union all
    select 'writes', null, count(*), coalesce(sum(pg_column_size(w.*)), 0)::int8
    from baton.checkpoint_write w where thread_id = ${threadId}
    union all
    select 'events', null, coalesce(sum(last_seq - first_seq + 1), 0)::int8,
      coalesce(sum(pg_column_size(e.events) + pg_column_size(row (tenant_id, thread_id, first_seq, last_seq, run_id, created_at))), 0)::int8
    from baton.event e where thread_id = ${threadId}::uuid
    union all
    select 'channel', channel, sum(coalesce((select count(*) from jsonb_object_keys(v.steps)), 1))::int8, sum(pg_column_size(v.*))::int8
    from baton.checkpoint_value v where thread_id = ${threadId} group by channel order by 1, 2`.execute(db);
  const part = (name: string): Part => {
    const { count, bytes } = rows.find((row) => row.part === name) ?? { count: 0, bytes: 0 };
    return { count, bytes };
  };
  return {
    bytes: rows.reduce((sum, row) => sum + row.bytes, 0),
    checkpoints: part('checkpoints'),
    writes: part('writes'),
    events: part('events'),
    channels: Object.fromEntries(
      rows.flatMap(({ channel, count, bytes }) => (channel === null ? [] : [[channel, { count, bytes }]])),
    ),
  };
}
