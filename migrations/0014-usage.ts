import { type Kysely, sql } from 'kysely';
import { guardRows, serviceRole, tenantColumn, tenantRole } from '../src/db/row-security.ts';

/**
 * What models cost, and what may be spent. Money is whole nano-dollars.
 *
 * A call is written down before it is made, together with what it holds of each budget that applies; when it is over, what it
 * really took is put in the place of that. Both are one statement each: a function, so that every budget is looked at, locked
 * in one order and changed, or none is.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of tables) await table.execute(db);
  await guardRows(db, 'baton.model_call', 'select, insert, update');
  await guardRows(db, 'baton.budget');
  await guardRows(db, 'baton.budget_use', 'select, insert, update');
  await guardRows(db, 'baton.budget_alert', 'select, insert, update');
  for (const { name, text } of functions) {
    await sql.raw(text).execute(db);
    await sql.raw(`revoke execute on function ${name} from public`).execute(db);
    await sql.raw(`grant execute on function ${name} to ${tenantRole}, ${serviceRole}`).execute(db);
  }
}

const tables = [
  sql`create table baton.model_call (
    ${tenantColumn},
    call_id uuid not null,
    kind text not null check (kind in ('chat', 'embed')),
    user_id text,
    api_key_id text, -- of who asked
    thread_id text,
    run_id text,
    graph text,
    agent text,
    role text not null,
    provider text not null,
    model text not null,
    model_key text, -- the provider's key that served it
    input_tokens bigint not null default 0,
    cached_input_tokens bigint not null default 0,
    cache_write_tokens bigint not null default 0,
    audio_input_tokens bigint not null default 0,
    output_tokens bigint not null default 0,
    reasoning_tokens bigint not null default 0,
    audio_output_tokens bigint not null default 0,
    estimated boolean not null default true,
    cost_nano bigint, -- null: the model has no price
    price_version text,
    outcome text not null default 'pending' check (outcome in ('pending', 'ok', 'failed', 'cancelled', 'lost')),
    holds json, -- what it holds of budgets until it is over
    started_at timestamptz not null default now(),
    expires_at timestamptz not null, -- who has not said by then what became of it never will
    milliseconds integer,
    primary key (tenant_id, call_id)
  )`,
  sql`create index model_call_time on baton.model_call (tenant_id, started_at)`,
  sql`create index model_call_run on baton.model_call (tenant_id, run_id) where run_id is not null`,
  sql`create index model_call_pending on baton.model_call (expires_at) where outcome = 'pending'`,
  sql`create table baton.budget (
    ${tenantColumn},
    budget_id uuid not null default gen_random_uuid(),
    scope text not null check (scope in ('tenant', 'user', 'graph', 'run')),
    subject text not null check (scope <> 'tenant' or subject = '*'), -- a user, or a graph; '*': each by itself
    period text not null check (period in ('day', 'month', 'total') and (scope <> 'run' or period = 'total')),
    unit text not null check (unit in ('usd', 'tokens')),
    most bigint not null check (most >= 0), -- nano-dollars, or tokens
    alerts smallint[] not null default '{50,80,100}',
    webhook text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, budget_id),
    unique (tenant_id, scope, subject, period, unit)
  )`,
  sql`create table baton.budget_use (
    ${tenantColumn},
    budget_id uuid not null,
    who text not null, -- the user, graph or run; '' for the tenant
    begins date not null, -- of the period, in UTC
    spent bigint not null default 0,
    reserved bigint not null default 0,
    smallest bigint, -- the least that a call of a chat model has held
    touched_at timestamptz not null default now(),
    primary key (tenant_id, budget_id, who, begins),
    foreign key (tenant_id, budget_id) references baton.budget on delete cascade
  )`,
  sql`create index budget_use_touched on baton.budget_use (touched_at)`,
  sql`create table baton.budget_alert (
    ${tenantColumn},
    alert_id uuid not null default gen_random_uuid(),
    budget_id uuid not null,
    who text not null,
    begins date not null,
    threshold smallint not null, -- percent
    spent bigint not null,
    most bigint not null,
    created_at timestamptz not null default now(),
    told_at timestamptz, -- when it was handed to who sends it
    primary key (tenant_id, alert_id),
    unique (tenant_id, budget_id, who, begins, threshold, most), -- once a period and limit
    foreign key (tenant_id, budget_id) references baton.budget on delete cascade
  )`,
  sql`create index budget_alert_untold on baton.budget_alert (created_at) where told_at is null`,
];

const periodBegin = {
  name: 'baton.period_begin(text, timestamptz)',
  text: `create function baton.period_begin(period text, moment timestamptz) returns date
    language sql stable as $f$
      select case period when 'total' then date 'epoch'
        else date_trunc(period, moment at time zone 'UTC')::date end
    $f$`,
};

/** What a budget has to count from before anybody looked: it may have been made when money was spent already. */
const spentBefore = {
  name: 'baton.spent_before(text, text, text, text, text, date)',
  text: `create function baton.spent_before(
      of_tenant text, budget_scope text, budget_subject text, budget_unit text, who text, begins date) returns bigint
    language sql stable as $f$
      select coalesce(sum(case budget_unit when 'tokens' then input_tokens + output_tokens else cost_nano end), 0)::bigint
      from baton.model_call
      where tenant_id = of_tenant and outcome <> 'pending'
        and started_at >= begins::timestamp at time zone 'UTC'
        and case budget_scope
          when 'tenant' then true
          when 'user' then user_id = who
          when 'graph' then graph = who
          else run_id = who end
    $f$`,
};

/**
 * Writes a call down and holds of each budget what it may take at the worst; every budget or none. Returns null and \`held\`, or
 * the first budget that has not that much left. Budgets are locked in the order of their ids, here and when calls are settled.
 */
const reserve = {
  name: 'baton.reserve_model_call(jsonb, bigint, bigint, integer)',
  text: `create function baton.reserve_model_call(
      call jsonb, worst_nano bigint, worst_tokens bigint, hold_seconds integer) returns jsonb
    language plpgsql as $f$
    declare
      of_tenant constant text := current_setting('baton.tenant');
      budget record;
      used record;
      take bigint;
      holds jsonb := '[]';
    begin
      for budget in
        select b.budget_id, b.scope, b.subject, b.period, b.unit, b.most,
          case b.scope when 'tenant' then '' when 'user' then call->>'user_id'
            when 'graph' then call->>'graph' else call->>'run_id' end as who,
          baton.period_begin(b.period, now()) as begins
        from baton.budget b
        where b.tenant_id = of_tenant and not (call->>'exempt')::boolean
          and case b.scope
            when 'tenant' then true
            when 'user' then call->>'user_id' is not null and b.subject in ('*', call->>'user_id')
            when 'graph' then call->>'graph' is not null and b.subject in ('*', call->>'graph')
            else call->>'run_id' is not null and b.subject in ('*', call->>'graph') end
        order by b.budget_id
      loop
        take := case budget.unit when 'tokens' then worst_tokens else worst_nano end;
        select u.spent, u.reserved into used from baton.budget_use u
          where u.tenant_id = of_tenant and u.budget_id = budget.budget_id
            and u.who = budget.who and u.begins = budget.begins
          for update;
        if not found then
          insert into baton.budget_use (tenant_id, budget_id, who, begins, spent)
            values (of_tenant, budget.budget_id, budget.who, budget.begins, baton.spent_before(
              of_tenant, budget.scope, budget.subject, budget.unit, budget.who, budget.begins))
            on conflict do nothing;
          select u.spent, u.reserved into used from baton.budget_use u
            where u.tenant_id = of_tenant and u.budget_id = budget.budget_id
              and u.who = budget.who and u.begins = budget.begins
            for update;
        end if;
        if take is null or used.spent + used.reserved + take > budget.most then
          return to_jsonb(budget) || to_jsonb(used) || jsonb_build_object('take', take);
        end if;
        holds := holds || jsonb_build_object('budget_id', budget.budget_id, 'who', budget.who,
          'begins', budget.begins, 'unit', budget.unit, 'take', take);
      end loop;
      update baton.budget_use u
        set reserved = u.reserved + h.take, touched_at = now(),
          smallest = case call->>'kind' when 'chat' then least(u.smallest, h.take) else u.smallest end
        from jsonb_to_recordset(holds) as h(budget_id uuid, who text, begins date, take bigint)
        where u.tenant_id = of_tenant and u.budget_id = h.budget_id and u.who = h.who and u.begins = h.begins;
      insert into baton.model_call
        (tenant_id, call_id, kind, user_id, api_key_id, thread_id, run_id, graph, agent, role, provider, model,
          input_tokens, cost_nano, price_version, holds, expires_at)
        select of_tenant, c.call_id, c.kind, c.user_id, c.api_key_id, c.thread_id, c.run_id, c.graph, c.agent, c.role,
          c.provider, c.model, c.input_tokens, c.cost_nano, c.price_version, nullif(holds, '[]')::json,
          now() + make_interval(secs => hold_seconds)
        from jsonb_to_record(call) as c(call_id uuid, kind text, user_id text, api_key_id text, thread_id text,
          run_id text, graph text, agent text, role text, provider text, model text, input_tokens bigint,
          cost_nano bigint, price_version text);
      return jsonb_build_object('held', jsonb_array_length(holds));
    end $f$`,
};

/**
 * Says what became of calls: puts what they took in the place of what they hold. A call is settled once; one that was given
 * up for lost is put right when its end is told after all. Returns the thresholds that were passed for the first time.
 */
const settle = {
  name: 'baton.settle_model_calls(jsonb)',
  text: `create function baton.settle_model_calls(ends jsonb) returns setof baton.budget_alert
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
        from jsonb_to_recordset(ends) as e(call_id uuid, outcome text, provider text, model text, model_key text,
          input_tokens bigint, cached_input_tokens bigint, cache_write_tokens bigint, audio_input_tokens bigint,
          output_tokens bigint, reasoning_tokens bigint, audio_output_tokens bigint, estimated boolean,
          cost_nano bigint, price_version text, milliseconds integer)
        join baton.model_call m on m.tenant_id = of_tenant and m.call_id = e.call_id
        where m.outcome = 'pending' or m.outcome = 'lost' and e.outcome <> 'lost'
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
        from jsonb_to_recordset(changes) as e(call_id uuid, outcome text, provider text, model text, model_key text,
          input_tokens bigint, cached_input_tokens bigint, cache_write_tokens bigint, audio_input_tokens bigint,
          output_tokens bigint, reasoning_tokens bigint, audio_output_tokens bigint, estimated boolean,
          cost_nano bigint, price_version text, milliseconds integer)
        where m.tenant_id = of_tenant and m.call_id = e.call_id;
    end $f$`,
};

const functions = [periodBegin, spentBefore, reserve, settle];
