import { type Kysely, sql } from 'kysely';
import { findValue, goneOn } from '../db/find-value.ts';
import type { Schema } from '../db/schema.ts';
import type { ChainPiece } from './array-memory.ts';
import { fence } from './fence.ts';
import { takeBackWrites } from './take-back-writes.ts';

export interface NewCheckpoint {
  thread_id: string;
  checkpoint_ns: string;
  checkpoint_id: string;
  parent_id: string | null;
  /** JSON texts; the short values are in the checkpoint, by channel, as `channel_values`. */
  checkpoint: string;
  metadata: string;
}

/** Who saves. */
export interface Author {
  /** Only while the thread belongs to it. */
  owner?: string | undefined;
  /** What this run wrote on the parent is in the new checkpoint, and goes from there. */
  runId?: string | undefined;
}

/** One version of one channel: a value in full, or the items that it adds to a chain. */
export interface NewValue {
  channel: string;
  version: string;
  /** The first version of the row that it goes to; absent where it has a row of its own: see `OpenRows`. */
  row_version?: string;
  /** JSON: the value, or the items without their brackets, a line each. */
  data: string;
  /** Absent, like all that follows, where the value is no array that grows. */
  chain?: string;
  /** Positions of the items in the array: from `chain_start` up to `chain_end`. */
  chain_start?: number;
  chain_end?: number;
  /** The position of the array's first item; absent where it left none behind. */
  chain_from?: number;
  base?: ChainPiece[];
  /** The version whose array this one continues; absent where it stands alone. */
  after?: string;
}

/**
 * What a put did. Nothing was written when the thread was `lost` to another owner, and when it was `broken`: a version
 * to continue was gone.
 */
export type PutOutcome = 'lost' | 'broken' | { appended: string[]; branched: string[] };

/**
 * Saves a checkpoint and the values that are new in it, all or nothing, in one statement.
 *
 * Items go where their chain goes on. When another branch has already continued the chain there, they
 * begin a chain of their own, named after their version, on the same base. The unique index on a chain's
 * positions decides between branches that are saved at the same moment, in rows of their own; rows that grow belong to runs that own the thread. A checkpoint never changes: to
 * save it again, as LangGraph does where a run that saves at its end alone took no step, does nothing.
 */
export async function putCheckpoint(
  db: Kysely<Schema>,
  row: NewCheckpoint,
  values: NewValue[],
  { owner, runId }: Author,
): Promise<PutOutcome> {
  const here = { threadId: sql`${row.thread_id}::text`, namespace: sql`${row.checkpoint_ns}::text` };
  const place = sql`${here.threadId}, ${here.namespace}`;
  const start = findValue({ ...here, channel: sql`given.channel`, version: sql`given.after` });
  const absorbed = runId !== undefined && row.parent_id !== null && row.parent_id !== row.checkpoint_id;
  const { rows } = await sql<{ held: boolean; sound: boolean; appended: string[]; branched: string[] }>`
    with held as (${fence(row.thread_id, owner)}), given as (
      select * from json_to_recordset(${JSON.stringify(values)}::json) as item (channel text, version text,
        data text, chain text, chain_start int, chain_end int, chain_from int, base jsonb, after text)
    ), sound as (
      select 1 from held where not exists (
        select from given where after is not null and (select true from (${start}) found) is null)
    ), fresh as (
      select 1 from sound where not exists (
        select from baton.checkpoint
        where (thread_id, checkpoint_ns) = (${place}) and checkpoint_id = ${row.checkpoint_id}
      ) and not exists (
        select from baton.checkpoint_pack
        where (thread_id, checkpoint_ns) = (${place}) and first_id <= ${row.checkpoint_id}
          and last_id >= ${row.checkpoint_id} and strpos(states, ${`"id":"${row.checkpoint_id}"`}) > 0)
    ), appended as (
      insert into baton.checkpoint_value
        (thread_id, checkpoint_ns, channel, version, data, chain, chain_start, chain_end, chain_from, base)
      select ${place}, channel, version, data, chain, chain_start, chain_end, coalesce(chain_from, 0), base
      from given, fresh
      where not ${goneOn({ ...here, value: sql`given` })}
      on conflict do nothing
      returning channel
    ), branched as (
      insert into baton.checkpoint_value
        (thread_id, checkpoint_ns, channel, version, data, chain, chain_start, chain_end, chain_from, base)
      select ${place}, channel, version, data, version, chain_start, chain_end, coalesce(chain_from, 0),
        coalesce(base, '[]') || jsonb_build_array(jsonb_build_array(chain, chain_start))
      from given, fresh
      where after is not null and channel not in (select channel from appended)
      on conflict do nothing
      returning channel
    ), put as (
      insert into baton.checkpoint
        (thread_id, checkpoint_ns, checkpoint_id, parent_id, checkpoint, metadata)
      select ${place}, ${row.checkpoint_id}, ${row.parent_id}, ${row.checkpoint}::json, ${row.metadata}::jsonb
      from fresh
      on conflict do nothing
    )${
      absorbed
        ? sql`, ${takeBackWrites(sql`
          (w.thread_id, w.checkpoint_ns) = (${place}) and w.checkpoint_id = ${row.parent_id}
          and w.run_id = ${runId} and exists (select from sound)`)}`
        : sql``
    }
    select exists (select from held) as held, exists (select from sound) as sound,
      (select coalesce(json_agg(channel), '[]') from appended) as appended,
      (select coalesce(json_agg(channel), '[]') from branched) as branched`.execute(db);
  const [done] = rows;
  if (!done?.held) return 'lost';
  return done.sound ? { appended: done.appended, branched: done.branched } : 'broken';
}
