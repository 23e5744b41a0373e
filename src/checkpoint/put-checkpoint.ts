import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { ChainPiece } from './array-memory.ts';

export interface NewCheckpoint {
  thread_id: string;
  checkpoint_ns: string;
  checkpoint_id: string;
  parent_id: string | null;
  /** JSON texts. */
  checkpoint: string;
  metadata: string;
}

/** One version of one channel: a value in full, or the items that it adds to a chain. */
export interface NewValue {
  channel: string;
  version: string;
  /** JSON: the value, or the items without their brackets. */
  data: string;
  chain: string | null;
  /** Positions of the items in the array: from `chain_start` up to `chain_end`. */
  chain_start: number | null;
  chain_end: number | null;
  base: ChainPiece[] | null;
  /** The version whose array this one continues; null when it stands alone. */
  after: string | null;
}

/** What a put did: `broken` when a version to continue was gone, and then nothing was written. */
export type PutOutcome = { broken: true } | { broken: false; appended: string[]; branched: string[] };

/**
 * Saves a checkpoint and the values that are new in it, all or nothing, in one statement.
 *
 * Items go where their chain goes on. When another branch has already continued the chain there, they
 * begin a chain of their own, named after their version, on the same base. The unique index on a chain's
 * positions decides between branches that are saved at the same moment.
 */
export async function putCheckpoint(
  db: Kysely<Schema>,
  row: NewCheckpoint,
  values: NewValue[],
): Promise<PutOutcome> {
  const place = sql`${row.thread_id}::text, ${row.checkpoint_ns}::text`;
  const { rows } = await sql<{ sound: boolean; appended: string[]; branched: string[] }>`
    with given as (
      select * from json_to_recordset(${JSON.stringify(values)}::json) as item (channel text, version text,
        data text, chain text, chain_start int, chain_end int, base jsonb, after text)
    ), sound as (
      select 1 where not exists (
        select from given where after is not null and not exists (
          select from baton.checkpoint_value stored
          where (stored.thread_id, stored.checkpoint_ns) = (${place})
            and stored.channel = given.channel and stored.version = given.after))
    ), appended as (
      insert into baton.checkpoint_value
        (thread_id, checkpoint_ns, channel, version, data, chain, chain_start, chain_end, base)
      select ${place}, channel, version, data, chain, chain_start, chain_end, base from given, sound
      on conflict do nothing
      returning channel
    ), branched as (
      insert into baton.checkpoint_value
        (thread_id, checkpoint_ns, channel, version, data, chain, chain_start, chain_end, base)
      select ${place}, channel, version, data, version, chain_start, chain_end,
        coalesce(base, '[]') || jsonb_build_array(jsonb_build_array(chain, chain_start))
      from given, sound
      where after is not null and channel not in (select channel from appended)
      on conflict do nothing
      returning channel
    ), saved as (
      insert into baton.checkpoint
        (thread_id, checkpoint_ns, checkpoint_id, parent_id, checkpoint, metadata)
      select ${place}, ${row.checkpoint_id}, ${row.parent_id}, ${row.checkpoint}::json, ${row.metadata}::jsonb
      from sound
      on conflict (thread_id, checkpoint_ns, checkpoint_id) do update
        set parent_id = excluded.parent_id, checkpoint = excluded.checkpoint, metadata = excluded.metadata
    )
    select exists (select from sound) as sound,
      (select coalesce(json_agg(channel), '[]') from appended) as appended,
      (select coalesce(json_agg(channel), '[]') from branched) as branched`.execute(db);
  const [done] = rows;
  if (!done?.sound) return { broken: true };
  return { broken: false, appended: done.appended, branched: done.branched };
}
