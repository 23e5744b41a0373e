import { type Kysely, sql } from 'kysely';
import { guardRows, serviceRole, tenantColumn } from '../src/db/row-security.ts';

/**
 * Counts of requests, where no Redis keeps them, and the limits that a tenant or one of its keys has of its own.
 *
 * Counts belong to the service alone: a tenant's work neither sees nor changes them. They are not logged for recovery, since they
 * are worth nothing after a crash.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const run = (statement: string) => sql.raw(statement).execute(db);
  await run(`
    create unlogged table baton.limit_count (
      key text primary key,
      slice bigint not null default 0, -- the newest, counted from 1970 in slices of the limit's window
      counts int[] not null default array_fill(0, array[21]), -- of the newest slice and the 20 before it
      expires_at timestamptz not null default now() + interval '1 minute'
    ) with (fillfactor = 50)`); // room to change a row where it stands
  await run(`grant select, insert, update, delete on baton.limit_count to ${serviceRole}`);
  await run(takeLimits);
  await run('revoke execute on function baton.take_limits from public');
  await run(`grant execute on function baton.take_limits to ${serviceRole}`);

  await sql`
    create table baton.limit_override (
      ${tenantColumn},
      key_id text not null default '', -- of the one key that it is for; empty: all of the tenant
      rule text not null, -- turns.user
      quota int check (quota > 0), -- null: no limit
      window_ms int check (window_ms > 0), -- null: at once
      created_at timestamptz not null default now(),
      primary key (tenant_id, key_id, rule)
    )`.execute(db);
  await guardRows(db, 'baton.limit_override');
}

/**
 * Counts something against several limits, or against none when one of them does not have room: what src/limits/window.ts does
 * with one limit in memory. Rows are locked in the order of their keys, so that no two wait for each other.
 */
const takeLimits = `
create function baton.take_limits(keys text[], costs int[], quotas int[], widths int[], at_ms bigint)
returns table (used int, wait_ms int, fits boolean)
language plpgsql as $$
declare
  slices constant int := 20;
  room boolean := true;
  now_ms bigint;
  locked int;
  held record;
  counts int[];
  missing int;
  freed int;
  slice int;
  current bigint[];
  moved int[]; -- how many slices the newest one lies behind
  totals int[];
  waits int[];
begin
  loop
    if (select count(*) from baton.limit_count c where c.key = any(keys)) < cardinality(keys) then
      insert into baton.limit_count (key) select k from unnest(keys) k order by k on conflict do nothing;
    end if;
    perform from baton.limit_count c where c.key = any(keys) order by c.key for update;
    get diagnostics locked = row_count;
    exit when locked = cardinality(keys); -- a sweep may have come between
  end loop;
  now_ms := coalesce(at_ms, floor(extract(epoch from clock_timestamp()) * 1000)::bigint);

  for i in 1 .. cardinality(keys) loop
    select c.slice, c.counts into held from baton.limit_count c where c.key = keys[i];
    current[i] := greatest(now_ms / widths[i], held.slice);
    moved[i] := least(current[i] - held.slice, slices + 1);
    counts := (array_fill(0, array[moved[i]]) || held.counts)[1 : slices + 1];
    counts[1] := counts[1] + costs[i];
    totals[i] := (select sum(n) from unnest(counts) n);
    room := room and totals[i] <= quotas[i];

    missing := greatest(totals[i] - quotas[i], 1);
    freed := 0;
    slice := slices + 2;
    while freed < missing and slice > 1 loop
      slice := slice - 1;
      freed := freed + counts[slice];
    end loop;
    waits[i] := (current[i] - slice + slices + 2) * widths[i] - now_ms;
  end loop;

  if room then
    update baton.limit_count c
    set slice = current[i],
      counts = case moved[i]
        when 0 then (c.counts[1] + costs[i]) || c.counts[2 : slices + 1]
        else (costs[i] || array_fill(0, array[moved[i] - 1]) || c.counts)[1 : slices + 1] end,
      expires_at = to_timestamp((current[i] + slices + 1) * widths[i] / 1000.0)
    from generate_subscripts(keys, 1) as i where c.key = keys[i];
  end if;
  return query select case when room then totals[i] else totals[i] - costs[i] end, waits[i], totals[i] <= quotas[i]
    from generate_subscripts(keys, 1) as i order by i;
end $$`;
