import type { DeltaChannelHistory } from '@langchain/langgraph-checkpoint';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { findValue } from '../db/find-value.ts';
import type { Schema } from '../db/schema.ts';
import { findCheckpoint } from './find-checkpoints.ts';
import { loadValue } from './serializer.ts';
import { valueText, writesText } from './stored-text.ts';

/** What one ancestor holds of one channel; the texts are JSON. */
export interface DeltaHistoryRow {
  channel: string;
  /** The value at this ancestor, where the walk for the channel ends. */
  seed: string | null;
  /** `[task, channel, value]`, in the order of tasks and of the writes of each. */
  writes: string;
}

/**
 * What the ancestors of a checkpoint wrote to some channels, the oldest first, back to the nearest one that
 * has the channel's value: one statement, whatever the distance. It follows parents and so stays on its branch.
 */
export async function readDeltaHistory(
  db: Kysely<Schema>,
  place: { thread_id: string; checkpoint_ns: string; checkpoint_id: string },
  channels: string[],
): Promise<DeltaHistoryRow[]> {
  const [threadId, namespace] = [sql`${place.thread_id}::text`, sql`${place.checkpoint_ns}::text`];
  const here = sql`(${threadId}, ${namespace})`;
  const value = (channel: RawBuilder<unknown>, version: RawBuilder<unknown>) =>
    findValue({ threadId, namespace, channel, version });
  const { rows } = await sql<DeltaHistoryRow>`
    with recursive walk as (
      select 0 as depth, parent_id,
        array(select json_array_elements_text(${JSON.stringify(channels)}::json)) collate "C" as wanted,
        null::text collate "C" as checkpoint_id, '{}'::text[] collate "C" as seeded, null::json as versions, null::json as short
      from (${findCheckpoint(here, sql`${place.checkpoint_id}`)}) start
      union all
      select walk.depth + 1, c.parent_id, still.wanted, c.checkpoint_id, found.seeded, c.versions, c.short
      from walk
      join lateral (select array(select unnest(walk.wanted) except select unnest(walk.seeded)) as wanted) still
        on cardinality(still.wanted) > 0
      join lateral (
        select checkpoint_id, parent_id, checkpoint -> 'channel_versions' as versions,
          checkpoint -> 'channel_values' as short
        from (${findCheckpoint(here, sql`walk.parent_id`)}) parent
      ) c on true
      cross join lateral (
        select array(
          select one.channel
          from unnest(still.wanted) one (channel)
          where c.short -> one.channel is not null
            or exists (${value(sql`one.channel`, sql`(c.versions ->> one.channel)`)})
        ) as seeded
      ) found
    )
    select wanted.channel,
      coalesce((walk.short -> wanted.channel)::text, (
        select ${valueText()} from (${value(sql`wanted.channel`, sql`(walk.versions ->> wanted.channel)`)}) v)) as seed,
      ${writesText(sql`(w.thread_id, w.checkpoint_ns) = ${here} and w.checkpoint_id = walk.checkpoint_id
        and w.channel = wanted.channel`)} as writes
    from walk cross join lateral unnest(walk.wanted) wanted (channel)
    where walk.depth > 0
    order by walk.depth desc`.execute(db);
  return rows;
}

/** The rows of one channel as LangGraph wants them: the seed, if there is one, is the oldest ancestor's. */
export function makeDeltaHistory(rows: DeltaHistoryRow[]): DeltaChannelHistory {
  const writes = rows.flatMap((row) => loadValue(row.writes) as DeltaChannelHistory['writes']); // triples
  const seed = rows[0]?.seed ?? null;
  return seed === null ? { writes } : { writes, seed: loadValue(seed) };
}
