import { type RawBuilder, sql } from 'kysely';
import { itemsText } from '../db/items-text.ts';

/**
 * The JSON of the value `v`, as `findValue` finds it. An array is put together here from the items of its chain and of the chains
 * below, so that the reader parses it once; positions count through the whole array and so order them all.
 *
 * A chain is read from that row on which holds the array's first item, however many it left behind. `offset 0` keeps the database from taking
 * the parts for one join, for which it would read all of a thread.
 */
export function valueText(): RawBuilder<string> {
  return sql`
    case when v.chain is null then v.data else '[' || coalesce((
      select string_agg(part.data, ',' order by part.chain_start)
      from (
        select v.chain, v.chain_end as upto
        union all
        select piece ->> 0, (piece ->> 1)::int from jsonb_array_elements(v.base) piece
      ) piece
      cross join lateral (
        select coalesce((
          select item.chain_start from baton.checkpoint_value item
          where ${isOfPiece} and item.chain_start <= v.chain_from order by item.chain_start desc limit 1
        ), 0) as first offset 0
      ) begin
      cross join lateral (
        select ${itemsText({ from: sql`v.chain_from`, upto: sql`piece.upto` })} as data, item.chain_start from baton.checkpoint_value item
        where ${isOfPiece} and item.chain_start >= begin.first and item.chain_start < piece.upto
          and least(item.chain_end, piece.upto) > v.chain_from
        offset 0
      ) part
    ), '') || ']' end`;
}

/** Whether `item` has items, of the chain of `piece`. */
const isOfPiece = sql<boolean>`item.thread_id = v.thread_id and item.checkpoint_ns = v.checkpoint_ns and item.channel = v.channel
  and item.chain = piece.chain and item.chain_end > item.chain_start`;

/** The writes `w` that meet a condition, as a JSON array of `[task, channel, value]`. */
export function writesText(condition: RawBuilder<unknown>): RawBuilder<string> {
  return sql`(
    select '[' || coalesce(string_agg('[' || to_json(w.task_id)::text || ',' || to_json(w.channel)::text || ','
      || w.data || ']', ',' order by w.task_id, w.idx), '') || ']'
    from baton.checkpoint_write w where ${condition}
  )`;
}

/** What the writes `w` that meet a condition send, as a JSON array. */
export function sendsText(condition: RawBuilder<unknown>): RawBuilder<string> {
  return sql`(
    select '[' || coalesce(string_agg(w.data, ',' order by w.task_id, w.idx), '') || ']'
    from baton.checkpoint_write w where w.channel = '__pregel_tasks' and ${condition}
  )`;
}
