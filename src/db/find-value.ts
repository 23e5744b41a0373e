import { type RawBuilder, sql } from 'kysely';

/** Which version of which channel, as SQL. */
export interface ValueName {
  threadId: RawBuilder<unknown>;
  namespace: RawBuilder<unknown>;
  channel: RawBuilder<unknown>;
  version: RawBuilder<unknown>;
}

/**
 * A `select` of the row of `baton.checkpoint_value` that has a version, whose `chain_end` is then the version's; of none where the value is stored elsewhere or the channel is empty.
 *
 * It is the last row that begins with the version or before, or close to it where branches grow side by side. A channel whose values
 * are no arrays has a row a version: there is nothing to look for below the last of them.
 */
export function findValue({ threadId, namespace, channel, version }: ValueName): RawBuilder<unknown> {
  const upTo = (alias: 'own' | 'near') => {
    const row = sql.table(alias);
    return sql`${row}.thread_id = ${threadId} and ${row}.checkpoint_ns = ${namespace} and ${row}.channel = ${channel}
      and ${row}.version <= ${version}`;
  };
  return sql`
    select own.thread_id, own.checkpoint_ns, own.channel, own.version, own.data, own.chain, own.chain_start,
      coalesce((own.steps ->> ${version})::int, own.chain_end) as chain_end, own.chain_from, own.base
    from baton.checkpoint_value own
    where ${upTo('own')} and (own.version = ${version} or own.steps ? ${version}) and (
      select near.version = ${version} or near.chain is not null
      from baton.checkpoint_value near where ${upTo('near')} order by near.version desc limit 1
    )
    order by own.version desc limit 1`;
}

/** Whether another branch has continued the chain of the relation `value` where `value` is to add items. */
export function goneOn({
  threadId,
  namespace,
  value,
}: Record<'threadId' | 'namespace' | 'value', RawBuilder<unknown>>): RawBuilder<boolean> {
  return sql<boolean>`coalesce(${value}.chain_end > ${value}.chain_start and (
    select part.chain_end from baton.checkpoint_value part
    where part.thread_id = ${threadId} and part.checkpoint_ns = ${namespace} and part.channel = ${value}.channel
      and part.chain = ${value}.chain and part.chain_end > part.chain_start
    order by part.chain_start desc limit 1
  ) > ${value}.chain_start, false)`;
}
