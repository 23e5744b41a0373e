import { type RawBuilder, sql } from 'kysely';
import type { GatheredCheckpoint } from './checkpoint-journal.ts';

/** What is to be stored, as relations for a `with` list: `state` and `value`, whose `at` says which of the batches they are of. */
export function givenStates(batches: GatheredCheckpoint[][]): RawBuilder<unknown> {
  return sql`
    state as materialized (
      select * from json_to_recordset(${textOf(batches.flatMap(toStates))}::json) as state (at int, place int,
        checkpoint_ns text collate "C", checkpoint_id text collate "C", parent_id text, pack text collate "C", checkpoint json, metadata json)
    ), value as materialized (
      select * from json_to_recordset(${textOf(batches.flatMap(toValues))}::json) as value (at int,
        checkpoint_ns text, channel text, version text, data json, chain text, chain_start int, chain_end int, chain_from int, base jsonb,
        after text, after_here boolean)
    )`;
}

/**
 * Whether a batch of `given`, which has an `at` and a `thread_id`, can be stored as it was planned: all that its arrays go on from is
 * there, and nothing of it is in its packs, as it would be if it had been written before. Each is looked up by itself (`limit`), however much the
 * thread has; of the two indexes on packs the order names the one by `first_id`, which the database may else take for no better than the other.
 */
export function areSound(): RawBuilder<boolean> {
  return sql<boolean>`(
    not exists (
      select from value
      where value.at = given.at and value.after is not null and not value.after_here and (
        select true from baton.checkpoint_value stored
        where (stored.thread_id, stored.checkpoint_ns) = (given.thread_id::text, value.checkpoint_ns)
          and stored.channel = value.channel and stored.version = value.after
        limit 1) is null)
    and not exists (
      select from state
      where state.at = given.at and state.checkpoint_id <= (
        select p.last_id from baton.checkpoint_pack p
        where p.thread_id = given.thread_id::text and p.checkpoint_ns = state.checkpoint_ns
          and p.first_id >= state.pack and p.first_id <= state.pack
        order by p.first_id limit 1))
  )`;
}

/** Statements for a `with` list that store the states and values of those batches that `good` has, each behind what was saved before it. */
export function storeStates(): RawBuilder<unknown> {
  return sql`
    numbered as materialized (
      select ordered.*, nextval('baton.checkpoint_seq_seq') as seq
      from (
        select good.thread_id::text as thread_id, state.* from state join good using (at) order by state.at, state.place
      ) ordered
    ), states as (
      insert into baton.checkpoint (thread_id, checkpoint_ns, checkpoint_id, parent_id, seq, checkpoint, metadata)
      overriding system value
      select thread_id, checkpoint_ns, checkpoint_id, parent_id, seq, checkpoint, metadata::jsonb
      from numbered where pack is null
    ), packs as (
      insert into baton.checkpoint_pack as p (thread_id, checkpoint_ns, first_id, last_id, first_seq, states)
      select thread_id, checkpoint_ns, pack, max(checkpoint_id), min(seq), string_agg(
        '{"seq":' || seq || ',"id":' || to_json(checkpoint_id) || ',"parent":' || to_json(parent_id)
          || ',"metadata":' || metadata || ',"checkpoint":' || checkpoint || '}', E'\\n' order by seq)
      from numbered where pack is not null group by thread_id, checkpoint_ns, pack
      on conflict (tenant_id, thread_id, checkpoint_ns, first_id) do update
        set last_id = excluded.last_id, states = p.states || E'\\n' || excluded.states
    ), stored as (
      insert into baton.checkpoint_value
        (thread_id, checkpoint_ns, channel, version, data, chain, chain_start, chain_end, chain_from, base)
      select good.thread_id, checkpoint_ns, channel, version,
        case when chain is null then data::text else substr(data::text, 2, length(data::text) - 2) end, chain, chain_start, chain_end, coalesce(chain_from, 0), base
      from value join good using (at)
    )`;
}

/** A JSON array of objects whose texts are JSON already. */
function textOf(objects: string[]): string {
  return `[${objects.join(',')}]`;
}

/** Values and states go along as the JSON that they are: as texts they would be a quarter longer. */
function toStates(checkpoints: GatheredCheckpoint[], at: number): string[] {
  return checkpoints.map(({ row, pack }, place) => {
    const { checkpoint_ns, checkpoint_id, parent_id, checkpoint, metadata } = row;
    const keys = JSON.stringify({ at, place, checkpoint_ns, checkpoint_id, parent_id, pack });
    return `${keys.slice(0, -1)},"checkpoint":${checkpoint},"metadata":${metadata}}`;
  });
}

/** `after_here`: the version that an array goes on from is written by the same batch. */
function toValues(checkpoints: GatheredCheckpoint[], at: number): string[] {
  const here = new Set<string>();
  return checkpoints.flatMap(({ row, values }) =>
    values.map((value) => {
      const after_here = value.after !== undefined && here.has(value.after);
      if (value.chain !== undefined) here.add(value.version);
      const { data, ...keys } = value;
      const text = JSON.stringify({ at, checkpoint_ns: row.checkpoint_ns, ...keys, after_here });
      return `${text.slice(0, -1)},"data":${value.chain === undefined ? data : `[${data}]`}}`;
    }),
  );
}
