import { type Kysely, sql } from 'kysely';
import { serviceRole, tenantRole } from '../src/db/row-security.ts';

/** Accepting an ordinary turn is one statement: a function, so that everything is looked at, locked and written in one order. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const { name, text } of functions) {
    await sql.raw(text).execute(db);
    await sql.raw(`revoke execute on function ${name} from public`).execute(db);
    await sql.raw(`grant execute on function ${name} to ${tenantRole}, ${serviceRole}`).execute(db);
  }
}

/** A budget of the tenant, of a user or of one of some graphs of which too little is left for another call; no row where none is spent. */
const spentBudget = {
  name: 'baton.spent_budget(text, text[])',
  text: `create function baton.spent_budget(of_user text, of_graphs text[])
      returns table (budget_id uuid, scope text, who text, period text, begins date, unit text, most bigint,
        spent bigint, reserved bigint)
    language sql stable as $f$
      select b.budget_id, b.scope, u.who, b.period, u.begins, b.unit, b.most, u.spent, u.reserved
      from baton.budget b
      join baton.budget_use u on u.tenant_id = b.tenant_id and u.budget_id = b.budget_id
        and u.begins = baton.period_begin(b.period, now())
      where case b.scope
          when 'tenant' then true
          when 'user' then b.subject in ('*', of_user) and u.who = of_user
          when 'graph' then u.who = any(of_graphs) and b.subject in ('*', u.who)
          else false end
        and (u.spent >= b.most or u.spent + u.smallest > b.most)
      limit 1
    $f$`,
};

/**
 * Accepts a turn where nothing stands in its way: its idempotency key, its thread, which is made or taken and locked, and its run.
 * Returns one row then, and none where anything has to be refused, found again or decided: nothing is written in that case, but
 * for the texts of the graph's version, which may stay.
 *
 * The run is begun at once where \`may_begin\` says that its process has room and no other run of the thread is open: \`begun\` is
 * that run, and its first attempt owns the thread.
 *
 * The order of locks is that of every other way to accept a turn: the key, then the thread.
 */
const acceptTurn = {
  name: 'baton.accept_turn(jsonb, json, json, json, jsonb, json, json, boolean)',
  text: `create function baton.accept_turn(
      asked jsonb, input json, config json, kwargs json, metadata jsonb, asker json, files json, may_begin boolean)
      returns table (begun baton.run, pinned text, last_event bigint, has_states boolean)
    language plpgsql as $f$
    #variable_conflict use_column
    declare
      turn record;
      thread baton.thread;
      is_there boolean := false;
      earlier jsonb := '{}';
      said jsonb;
      begins boolean := coalesce(may_begin, false);
    begin
      select * into turn from jsonb_to_record(asked) as t(run_id uuid, thread_id uuid, is_new boolean, may_make boolean,
        graph text, version text, newest boolean, assistant_id text, assumed uuid, scope text, key text, hash text,
        webhook text, multitask text, temporary boolean, ttl_minutes float8, ttl_strategy text, user_id text,
        key_id text, payer text);

      if turn.assumed is not null and exists (select from baton.assistant a where a.assistant_id = turn.assumed)
        or exists (select from baton.spent_budget(turn.payer, array[turn.graph])) then
        return;
      end if;
      if turn.key is not null then
        insert into baton.idempotency_key (scope, key, hash, run_id, thread_id)
          values (turn.scope, turn.key, turn.hash, turn.run_id, turn.thread_id)
          on conflict (tenant_id, scope, key) do nothing;
        if not found then
          return;
        end if;
      end if;

      last_event := 0;
      has_states := false;
      if not turn.is_new then
        select * into thread from baton.thread t where t.thread_id = turn.thread_id for update;
        is_there := found;
        if is_there then
          pinned := case when thread.graph = turn.graph and not turn.newest then thread.graph_version end;
          earlier := thread.metadata - 'assistant_id';
          last_event := thread.last_seq;
          has_states := exists (select from baton.checkpoint c
            where c.thread_id = turn.thread_id::text and c.checkpoint_ns = '');
          begins := begins and thread.status <> 'busy' and not exists (select from baton.run r
            where r.thread_id = turn.thread_id and r.status in ('pending', 'running'));
        elsif not turn.may_make then
          delete from baton.idempotency_key k where k.scope = turn.scope and k.key = turn.key; -- it was made above
          return;
        end if;
      end if;
      begins := begins and not exists (select from baton.tenant t
        where t.tenant_id = current_setting('baton.tenant') and t.suspended_at is not null);
      if pinned is null then
        pinned := turn.version;
        if files is not null then
          insert into baton.graph_version (graph, version, files) values (turn.graph, turn.version, files)
            on conflict (graph, version) do nothing;
        end if;
      end if;

      said := earlier || metadata || jsonb_build_object('graph_id', turn.graph)
        || jsonb_strip_nulls(jsonb_build_object('assistant_id', turn.assistant_id));
      if is_there then
        update baton.thread t
          set graph = turn.graph, graph_version = pinned, status = 'busy', metadata = said,
            owner = case when begins then turn.run_id || ':1' else t.owner end
          where t.thread_id = turn.thread_id;
      else
        insert into baton.thread
            (thread_id, temporary, ttl_minutes, ttl_strategy, graph, graph_version, status, metadata, owner)
          values (turn.thread_id, turn.temporary, turn.ttl_minutes, turn.ttl_strategy, turn.graph, pinned, 'busy',
            said, case when begins then turn.run_id || ':1' end)
          on conflict do nothing;
        if not found then -- somebody makes it just now, or it is hidden from whoever asks
          delete from baton.idempotency_key k where k.scope = turn.scope and k.key = turn.key;
          return;
        end if;
      end if;

      return query
        with made as (
          insert into baton.run as r (run_id, thread_id, graph, graph_version, assistant_id, input, config, webhook,
              kwargs, metadata, multitask_strategy, user_id, key_id, asker, status, attempt, crashes, started_at)
            values (turn.run_id, turn.thread_id, turn.graph, pinned, turn.assistant_id::uuid, input, config, turn.webhook,
              kwargs, metadata, turn.multitask, turn.user_id, turn.key_id, asker,
              case when begins then 'running' else 'pending' end, begins::int, begins::int,
              case when begins then now() end)
            returning r
        )
        select case when begins then made.r end, pinned, last_event, has_states from made;
    end $f$`,
};

const functions = [spentBudget, acceptTurn];
