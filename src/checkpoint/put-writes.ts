import { type Kysely, sql } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { fence } from './fence.ts';
import { LostOwnerError } from './lost-owner-error.ts';
import type { Author } from './put-checkpoint.ts';

export interface WritePlace {
  thread_id: string;
  checkpoint_ns: string;
  checkpoint_id: string;
  task_id: string;
}

export interface NewWrite {
  /** The write's place in its task; negative for errors, interrupts and the like, of which a task has one. */
  idx: number;
  channel: string;
  /** JSON. */
  data: string;
}

/**
 * Saves what a task handed in, in one statement. Writes that are there already stay, so that a repeated task
 * changes nothing; those with a negative index are replaced, and the write of an earlier run is kept behind the new one.
 * Throws a `LostOwnerError` when an `owner` is given and the thread belongs to another.
 */
export async function putWrites(
  db: Kysely<Schema>,
  place: WritePlace,
  writes: NewWrite[],
  { owner, runId }: Author,
): Promise<void> {
  const last = new Map(writes.map((write) => [write.idx, write]));
  if (last.size === 0) return;
  const { rows } = await sql<{ held: boolean }>`
    with held as (${fence(place.thread_id, owner)}), given as (
      select * from json_to_recordset(${JSON.stringify([...last.values()])}::json) as item (idx int, channel text, data text)
    ), put as (
      insert into baton.checkpoint_write as w
        (thread_id, checkpoint_ns, checkpoint_id, task_id, idx, channel, data, run_id)
      select ${place.thread_id}, ${place.checkpoint_ns}, ${place.checkpoint_id}, ${place.task_id}, idx, channel, data,
        ${runId ?? null}
      from given, held
      on conflict (tenant_id, thread_id, checkpoint_ns, checkpoint_id, task_id, idx) do update
        set channel = excluded.channel, data = excluded.data, run_id = excluded.run_id,
          replaced = case when w.run_id is not distinct from excluded.run_id then w.replaced else jsonb_build_object(
            'run_id', w.run_id, 'channel', w.channel, 'data', w.data, 'replaced', w.replaced) end
        where excluded.idx < 0
    )
    select exists (select from held) as held`.execute(db);
  if (!rows[0]?.held) throw new LostOwnerError(place.thread_id);
}
