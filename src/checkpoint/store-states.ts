import { type RawBuilder, sql } from 'kysely';
import { findValue, goneOn } from '../db/find-value.ts';
import type { GatheredCheckpoint } from './checkpoint-journal.ts';

/** What is to be stored, as relations for a `with` list: `state` and `value`, whose `at` says which of the batches they are of. */
export function givenStates(batches: GatheredCheckpoint[][]): RawBuilder<unknown> {
  return sql`
    state as materialized (
      select * from json_to_recordset(${textOf(batches.flatMap(toStates))}::json) as state (at int, place int,
        checkpoint_ns text collate "C", checkpoint_id text collate "C", parent_id text, pack text collate "C", checkpoint json, metadata json)
    ), value as materialized (
      select * from json_to_recordset(${textOf(batches.flatMap(toValues))}::json) as value (at int,
        checkpoint_ns text, channel text, version text collate "C", row_version text collate "C", data json, chain text, chain_start int, chain_end int,
        chain_from int, base jsonb, after text collate "C", after_here boolean, gone_on boolean)
    )`;
}

/**
 * Whether a batch of `given`, which has an `at` and a `thread_id`, can be stored as it was planned: all that its arrays go on from is
 * there, at the end of its row where that is to grow; no other branch has gone on from there; and nothing of it is in its packs, as it would be if it had been
 * written before. Each is looked up by itself (`limit`), however much the thread has; of the two indexes on packs the order names the one by `first_id`, which the database may else take for no better than the other.
 */
export function areSound(): RawBuilder<boolean> {
  return sql<boolean>`(
    not exists (
      select from value
      where value.at = given.at and value.after is not null and (
        value.gone_on or ${goneOn({ ...place, value: sql`value` })}
        or not value.after_here and (
          (select true from (${findValue({ ...place, channel: sql`value.channel`, version: sql`value.after` })}) found) is null
          or value.row_version is not null and value.chain_start is distinct from (
            select stored.chain_end from baton.checkpoint_value stored
            where stored.thread_id = given.thread_id::text and stored.checkpoint_ns = value.checkpoint_ns
              and stored.channel = value.channel and stored.version = value.row_version
            limit 1))))
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
    ), written as materialized (
      select good.thread_id::text as thread_id, value.checkpoint_ns, value.channel, coalesce(value.row_version, value.version) as version,
        bool_and(value.row_version is not null) as is_there, count(*) as many,
        case when value.chain is null then min(value.data::text)
          else coalesce(string_agg(nullif(substr(value.data::text, 2, length(value.data::text) - 2), ''), E',\\n' order by value.chain_start), '') end as data,
        value.chain, min(value.chain_start) as chain_start, max(value.chain_end) as chain_end, coalesce(value.chain_from, 0) as chain_from,
        value.base, jsonb_object_agg(value.version, value.chain_end) as steps
      from value join good using (at)
      group by good.thread_id, value.checkpoint_ns, value.channel, coalesce(value.row_version, value.version), value.chain, value.chain_from, value.base
    ), rows_new as (
      insert into baton.checkpoint_value
        (thread_id, checkpoint_ns, channel, version, data, chain, chain_start, chain_end, chain_from, base, steps)
      select thread_id, checkpoint_ns, channel, version, data, chain, chain_start, chain_end, chain_from, base, case when many > 1 then steps end
      from written where not is_there
    ), rows_grown as (
      update baton.checkpoint_value v
      set data = concat_ws(E',\\n', nullif(v.data, ''), nullif(written.data, '')), chain_end = written.chain_end,
        steps = coalesce(v.steps, jsonb_build_object(v.version, v.chain_end)) || written.steps
      from written
      where written.is_there and written.${fewOnly} and v.thread_id = written.thread_id and v.checkpoint_ns = written.checkpoint_ns
        and v.channel = written.channel and v.version = written.version
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

/** As it is always; but PostgreSQL takes a range that it knows nothing of for few rows, and looks each of them up by its key. */
const fewOnly = sql`many between 1 and 1000000`;

/** Where a value of a batch belongs. */
const place = { threadId: sql`given.thread_id::text`, namespace: sql`value.checkpoint_ns` };

/**
 * `after_here`: the version that an array goes on from is written by the same batch; `gone_on`: so is what another one adds there, as where an array was
 * edited. The unique index would not tell: rows that grow begin elsewhere.
 */
function toValues(checkpoints: GatheredCheckpoint[], at: number): string[] {
  const here = new Set<string>();
  const ends = new Map<string, number>();
  return checkpoints.flatMap(({ row, values }) =>
    values.map((value) => {
      const { data, ...keys } = value;
      const { after, version, channel, chain, chain_start = 0, chain_end = 0 } = keys;
      const after_here = after !== undefined && here.has(after);
      if (chain !== undefined) here.add(version);
      const where = JSON.stringify([row.checkpoint_ns, channel, chain]);
      const end = ends.get(where) ?? 0;
      const gone_on = chain_end > chain_start && end > chain_start;
      ends.set(where, Math.max(end, chain_end));
      const text = JSON.stringify({ at, checkpoint_ns: row.checkpoint_ns, ...keys, after_here, gone_on });
      return `${text.slice(0, -1)},"data":${value.chain === undefined ? data : `[${data}]`}}`;
    }),
  );
}
