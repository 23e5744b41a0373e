import { type Kysely, sql } from 'kysely';
import type { Run } from './runs.ts';
import type { Schema } from './schema.ts';

/**
 * What a thread is when nothing of a run remains: as the last other run that did something left it. A run that never began or was
 * taken back did nothing. Events are looked at as text, since Postgres cannot read a field of a `json` that holds `\u0000`.
 */
export async function statusBefore(
  db: Kysely<Schema>,
  { thread_id, run_id }: Pick<Run, 'thread_id' | 'run_id'>,
): Promise<'idle' | 'interrupted' | 'error'> {
  const { rows } = await sql<{ type: string; cancelled: boolean }>`
    select e.type, e.data::text like '%"error":"cancelled"%' as cancelled from baton.event e
    where e.thread_id = ${thread_id} and e.run_id <> ${run_id}
      and (e.type in ('turn-end', 'interrupted')
        or e.type = 'turn-error' and e.data::text not like '%"rolledBack":true%')
      and exists (select from baton.event s where s.run_id = e.run_id and s.type = 'turn-start')
    order by e.seq desc limit 1`.execute(db);
  const [last] = rows;
  if (last?.type === 'interrupted') return 'interrupted';
  return last?.type === 'turn-error' && !last.cancelled ? 'error' : 'idle';
}
