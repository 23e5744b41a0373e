import { type RawBuilder, sql } from 'kysely';

/**
 * The checkpoints in the packs `p`, as `line`, to be joined to `baton.checkpoint_pack p`: `seq`, `id`, `parent`, `metadata` and `checkpoint`.
 * `last`: the last ones of each pack alone.
 */
export function packLines(last?: number): RawBuilder<unknown> {
  const lines = sql`string_to_array(p.states, E'\\n')`;
  const wanted =
    last === undefined
      ? sql`unnest(${lines})`
      : sql`(select unnest(lines[greatest(cardinality(lines) - ${last}::int + 1, 1):]) from ${lines} lines)`;
  return sql`
    cross join lateral ${wanted} entry (text)
    cross join lateral json_to_record(entry.text::json) as line
      (seq bigint, id text collate "C", parent text collate "C", metadata jsonb, checkpoint json)`;
}
