import { type RawBuilder, sql } from 'kysely';
import type { Json, JsonObject } from '../message.ts';
import { findValue } from './find-value.ts';
import { itemsText } from './items-text.ts';
import { packLines } from './pack-lines.ts';

/**
 * Whether the newest state of `baton.thread` contains values, as `@>` does: of a channel whose array is kept in pieces, each item that
 * is asked for must be contained in one of those of the array.
 */
export function hasValues(values: JsonObject): RawBuilder<boolean> {
  const each = Object.entries(values).map(([channel, value]) => hasValue(channel, value));
  return sql<boolean>`exists (
    select from (
      select checkpoint -> 'channel_versions' as versions, checkpoint -> 'channel_values' as short
      from (
        (
          select seq, checkpoint from baton.checkpoint
          where thread_id = thread.thread_id::text and checkpoint_ns = '' order by seq desc limit 1
        ) union all (
          select line.seq, line.checkpoint from (
            select * from baton.checkpoint_pack
            where thread_id = thread.thread_id::text and checkpoint_ns = '' order by first_seq desc limit 1
          ) p ${packLines(1)}
        ) order by seq desc limit 1
      ) saved
    ) newest where ${sql.join(each, sql` and `)}
  )`;
}

function hasValue(channel: string, value: Json): RawBuilder<boolean> {
  const v = sql`(${findValue({
    threadId: sql`thread.thread_id::text`,
    namespace: sql`''`,
    channel: sql`${channel}::text`,
    version: sql`(newest.versions ->> ${channel})`,
  })}) v`;
  const asked = sql`${JSON.stringify(value)}::jsonb`;
  const whole = sql<boolean>`(
    coalesce((newest.short -> ${channel}::text)::jsonb @> ${asked}, false)
    or exists (select from ${v} where v.chain is null and v.data::jsonb @> ${asked}))`;
  if (!Array.isArray(value)) return whole;
  const items = value.map(
    (one) => sql`exists (
      select from baton.checkpoint_value item
      join (
        select v.chain, v.chain_end as upto
        union all
        select piece ->> 0, (piece ->> 1)::int from jsonb_array_elements(v.base) piece
      ) piece on item.chain = piece.chain and item.chain_start < piece.upto and least(item.chain_end, piece.upto) > v.chain_from
      where item.thread_id = v.thread_id and item.checkpoint_ns = '' and item.channel = v.channel
        and item.chain_end > item.chain_start
        and ('[' || ${itemsText({ from: sql`v.chain_from`, upto: sql`piece.upto` })} || ']')::jsonb @> ${JSON.stringify([one])}::jsonb)`,
  );
  const all = items.length > 0 ? sql.join(items, sql` and `) : sql`true`;
  return sql<boolean>`(${whole} or exists (select from ${v} where v.chain is not null and ${all}))`;
}
