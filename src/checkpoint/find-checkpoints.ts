import { type RawBuilder, sql } from 'kysely';
import { packLines } from '../db/pack-lines.ts';

export interface CheckpointQuery {
  /** Undefined means every thread, namespace, checkpoint. */
  threadId?: string | undefined;
  namespace?: string | undefined;
  checkpointId?: string | undefined;
  /** Checkpoints with a smaller id only. */
  before?: string | undefined;
  /** Checkpoints saved earlier than this one only: the `seq` of the last row of the page before. */
  beforeSeq?: number | undefined;
  /** JSON that the metadata must contain. */
  metadata?: string | undefined;
  limit: number;
}

/**
 * A `select` of the checkpoints that are asked for, in rows of their own or packed, the last saved first: `seq`, `thread_id`, `checkpoint_ns`,
 * `checkpoint_id`, `parent_id`, `checkpoint` and `metadata`.
 */
export function findCheckpoints(query: CheckpointQuery): RawBuilder<unknown> {
  return sql`
    (
      select seq, thread_id, checkpoint_ns, checkpoint_id, parent_id, checkpoint, metadata
      from baton.checkpoint where ${allOf(ofRows(query))} order by seq desc limit ${query.limit}
    ) union all (
      select line.seq, p.thread_id, p.checkpoint_ns, line.id, line.parent, line.checkpoint, line.metadata
      from (
        select * from baton.checkpoint_pack
        where ${allOf(ofPacks(query))} ${eachHasOne(query) ? sql`order by first_seq desc limit ${query.limit}` : sql``}
      ) p ${packLines(isNewest(query) ? query.limit : undefined)}
      where ${allOf(ofLines(query))} order by ${orderOf(query)} limit ${query.limit}
    ) order by seq desc limit ${query.limit}`;
}

/** The one checkpoint of a name, in a row of its own or packed; `place` is its thread and namespace. */
export function findCheckpoint(place: RawBuilder<unknown>, id: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select checkpoint_id, parent_id, checkpoint from baton.checkpoint
    where (thread_id, checkpoint_ns) = ${place} and checkpoint_id = ${id}
    union all (
      select line.id, line.parent, line.checkpoint from baton.checkpoint_pack p ${packLines()}
      where (p.thread_id, p.checkpoint_ns) = ${place} and p.first_id <= ${id} and p.last_id >= ${id} and line.id = ${id}
      order by p.first_id desc limit 1
    ) limit 1`;
}

/**
 * The packs of one namespace follow one another: ordered by them first, they are taken apart one by one, until there are lines enough. A checkpoint
 * that is asked for by its name is in the last pack that begins with a smaller one, or in one close before it.
 */
function orderOf(query: CheckpointQuery): RawBuilder<unknown> {
  if (!isOnePlace(query)) return sql`line.seq desc`;
  return query.checkpointId === undefined ? sql`p.first_seq desc, line.seq desc` : sql`p.first_id desc`;
}

function isOnePlace({ threadId, namespace }: CheckpointQuery): boolean {
  return threadId !== undefined && namespace !== undefined;
}

/** Whether the newest packs, as many as lines are asked for, hold them all, since each holds one at least. */
function eachHasOne(query: CheckpointQuery): boolean {
  return isOnePlace(query) && (query.checkpointId ?? query.before ?? query.metadata) === undefined;
}

function isNewest(query: CheckpointQuery): boolean {
  return eachHasOne(query) && query.beforeSeq === undefined;
}

function ofRows(query: CheckpointQuery): Condition[] {
  return [
    ...ofPlace(query),
    query.checkpointId !== undefined && sql`checkpoint_id = ${query.checkpointId}`,
    query.before !== undefined && sql`checkpoint_id < ${query.before}`,
    query.beforeSeq !== undefined && sql`seq < ${query.beforeSeq}`,
    query.metadata !== undefined && sql`metadata @> ${query.metadata}::jsonb`,
  ];
}

function ofPacks(query: CheckpointQuery): Condition[] {
  return [
    ...ofPlace(query),
    query.checkpointId !== undefined &&
      sql`first_id <= ${query.checkpointId} and last_id >= ${query.checkpointId}`,
    query.before !== undefined && sql`first_id < ${query.before}`,
    query.beforeSeq !== undefined && sql`first_seq < ${query.beforeSeq}`,
  ];
}

function ofLines(query: CheckpointQuery): Condition[] {
  return [
    query.checkpointId !== undefined && sql`line.id = ${query.checkpointId}`,
    query.before !== undefined && sql`line.id < ${query.before}`,
    query.beforeSeq !== undefined && sql`line.seq < ${query.beforeSeq}`,
    query.metadata !== undefined && sql`line.metadata @> ${query.metadata}::jsonb`,
  ];
}

function ofPlace(query: CheckpointQuery): Condition[] {
  return [
    query.threadId !== undefined && sql`thread_id = ${query.threadId}`,
    query.namespace !== undefined && sql`checkpoint_ns = ${query.namespace}`,
  ];
}

type Condition = RawBuilder<unknown> | false;

function allOf(conditions: Condition[]): RawBuilder<unknown> {
  const given = conditions.filter((condition) => condition !== false);
  return given.length > 0 ? sql.join(given, sql` and `) : sql`true`;
}
