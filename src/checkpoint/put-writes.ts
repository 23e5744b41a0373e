import type { Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';

export interface NewWrite {
  thread_id: string;
  checkpoint_ns: string;
  checkpoint_id: string;
  task_id: string;
  /** The write's place in its task; negative for errors, interrupts and the like, of which a task has one. */
  idx: number;
  channel: string;
  /** JSON. */
  data: string;
}

/**
 * Saves what a task handed in, in one statement. Writes that are there already stay, so that a repeated task
 * changes nothing; those with a negative index are replaced.
 */
export async function putWrites(db: Kysely<Schema>, writes: NewWrite[]): Promise<void> {
  const last = new Map(writes.map((write) => [write.idx, write]));
  if (last.size === 0) return;
  await db
    .insertInto('baton.checkpoint_write')
    .values([...last.values()])
    .onConflict((conflict) =>
      conflict
        .columns(['thread_id', 'checkpoint_ns', 'checkpoint_id', 'task_id', 'idx'])
        .doUpdateSet((row) => ({ channel: row.ref('excluded.channel'), data: row.ref('excluded.data') }))
        .where('excluded.idx', '<', 0),
    )
    .execute();
}
