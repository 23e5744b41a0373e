import { type RawBuilder, sql } from 'kysely';
import { findValue } from '../db/find-value.ts';

/**
 * Three statements for a `with` list that delete the values of a thread which no checkpoint of `kept` needs: a relation
 * of the list with `checkpoint_ns` and `checkpoint`. Of a chain stays what lies between the least beginning and the greatest end that a kept version names.
 */
export function deleteUnneededValues(threadId: string, kept: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    versions as (
      select distinct kept.checkpoint_ns, seen.channel, seen.version
      from ${kept} kept cross join json_each_text(kept.checkpoint -> 'channel_versions') seen (channel, version)
    ), found as materialized (
      select v.checkpoint_ns, v.channel, v.version, v.chain, v.chain_end, v.chain_from, v.base from versions
      cross join lateral (${findValue({
        threadId: sql`${threadId}`,
        namespace: sql`versions.checkpoint_ns`,
        channel: sql`versions.channel`,
        version: sql`versions.version`,
      })}) v
    ), pieces as (
      select v.checkpoint_ns, v.channel, piece.chain, max(piece.upto) as upto, min(v.chain_from) as starts
      from found v
      cross join lateral (
        select v.chain, v.chain_end as upto
        union all
        select part ->> 0, (part ->> 1)::int from jsonb_array_elements(v.base) part
      ) piece
      where v.chain is not null
      group by v.checkpoint_ns, v.channel, piece.chain
    ), values_gone as (
      delete from baton.checkpoint_value v
      where v.thread_id = ${threadId}
        and not exists (
          select from found where found.checkpoint_ns = v.checkpoint_ns and found.channel = v.channel and found.version = v.version
        )
        and not exists (
          select from pieces p
          where p.checkpoint_ns = v.checkpoint_ns and p.channel = v.channel and p.chain = v.chain
            and v.chain_start < p.upto and v.chain_end > v.chain_start and v.chain_end > p.starts
        )
    )`;
}
