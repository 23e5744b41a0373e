import { type Kysely, sql } from 'kysely';

/** Settling looks each call up by its key. PostgreSQL takes a JSON list for a hundred rows, and reads a ledger of some thousand whole for so many. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(settle).execute(db);
}

/** Holds of every row, and says so to the planner: see `src/turn/journal/write-batches.ts`. */
const fewOnly = 'e.ordinality between 0 and 1000000';

const settle = `create or replace function baton.settle_model_calls(ends jsonb) returns setof baton.budget_alert
    language plpgsql as $f$
    declare
      of_tenant constant text := current_setting('baton.tenant');
      changes jsonb;
      change record;
      used record;
    begin
      select coalesce(jsonb_agg(to_jsonb(locked)), '[]') into changes from (
        select e.*, m.outcome as was, m.holds,
          case m.outcome when 'lost' then m.input_tokens + m.output_tokens else 0 end as counted_tokens,
          case m.outcome when 'lost' then coalesce(m.cost_nano, 0) else 0 end as counted_nano,
          coalesce(e.input_tokens, m.input_tokens) + coalesce(e.output_tokens, m.output_tokens) as took_tokens,
          coalesce(case when e.input_tokens is null then m.cost_nano else e.cost_nano end, 0) as took_nano
        from rows from (jsonb_to_recordset(ends) as (call_id uuid, outcome text, provider text, model text, model_key text,
          input_tokens bigint, cached_input_tokens bigint, cache_write_tokens bigint, audio_input_tokens bigint,
          output_tokens bigint, reasoning_tokens bigint, audio_output_tokens bigint, estimated boolean,
          cost_nano bigint, price_version text, milliseconds integer)) with ordinality as e
        join baton.model_call m on m.tenant_id = of_tenant and m.call_id = e.call_id
        where ${fewOnly} and (m.outcome = 'pending' or m.outcome = 'lost' and e.outcome <> 'lost')
        order by e.call_id
        for update of m
      ) locked;
      for change in
        select h.budget_id, h.who, h.begins,
          sum(case c.was when 'pending' then h.take else 0 end)::bigint as released,
          sum(case h.unit when 'tokens' then c.took_tokens - c.counted_tokens
            else c.took_nano - c.counted_nano end)::bigint as charged
        from jsonb_to_recordset(changes) as c(was text, holds jsonb, counted_tokens bigint, counted_nano bigint,
            took_tokens bigint, took_nano bigint),
          jsonb_to_recordset(coalesce(nullif(c.holds, 'null'), '[]')) as h(budget_id uuid, who text, begins date, unit text, take bigint)
        group by h.budget_id, h.who, h.begins
        order by h.budget_id, h.who, h.begins
      loop
        update baton.budget_use u
          set reserved = u.reserved - change.released, spent = u.spent + change.charged, touched_at = now()
          where u.tenant_id = of_tenant and u.budget_id = change.budget_id
            and u.who = change.who and u.begins = change.begins
          returning u.spent, u.smallest into used;
        continue when not found;
        return query
          insert into baton.budget_alert (tenant_id, budget_id, who, begins, threshold, spent, most)
          select of_tenant, b.budget_id, change.who, change.begins, t.threshold, used.spent, b.most
          from baton.budget b, unnest(b.alerts) as t(threshold)
          where b.tenant_id = of_tenant and b.budget_id = change.budget_id
            and (used.spent::numeric * 100 >= b.most::numeric * t.threshold
              or t.threshold = 100 and used.spent + used.smallest > b.most)
          on conflict do nothing
          returning *;
      end loop;
      update baton.model_call m
        set outcome = e.outcome,
          provider = coalesce(e.provider, m.provider), model = coalesce(e.model, m.model), model_key = e.model_key,
          input_tokens = coalesce(e.input_tokens, m.input_tokens),
          cached_input_tokens = coalesce(e.cached_input_tokens, 0),
          cache_write_tokens = coalesce(e.cache_write_tokens, 0),
          audio_input_tokens = coalesce(e.audio_input_tokens, 0),
          output_tokens = coalesce(e.output_tokens, m.output_tokens),
          reasoning_tokens = coalesce(e.reasoning_tokens, 0),
          audio_output_tokens = coalesce(e.audio_output_tokens, 0),
          estimated = coalesce(e.estimated, true),
          cost_nano = case when e.input_tokens is null then m.cost_nano else e.cost_nano end,
          price_version = case when e.input_tokens is null then m.price_version else e.price_version end,
          milliseconds = e.milliseconds,
          holds = case e.outcome when 'lost' then m.holds end
        from rows from (jsonb_to_recordset(changes) as (call_id uuid, outcome text, provider text, model text, model_key text,
          input_tokens bigint, cached_input_tokens bigint, cache_write_tokens bigint, audio_input_tokens bigint,
          output_tokens bigint, reasoning_tokens bigint, audio_output_tokens bigint, estimated boolean,
          cost_nano bigint, price_version text, milliseconds integer)) with ordinality as e
        where ${fewOnly} and m.tenant_id = of_tenant and m.call_id = e.call_id;
    end $f$`;
