import { type RawBuilder, sql } from 'kysely';

/**
 * The JSON of the value `v`. An array is put together here from the items of its chain and of the chains
 * below, so that the reader parses it once; positions count through the whole array and so order them all.
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
      join baton.checkpoint_value part
        on part.thread_id = v.thread_id and part.checkpoint_ns = v.checkpoint_ns and part.channel = v.channel
        and part.chain = piece.chain and part.chain_start < piece.upto
          and part.chain_end > part.chain_start and part.chain_end > v.chain_from
    ), '') || ']' end`;
}

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
