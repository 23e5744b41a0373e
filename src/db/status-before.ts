import { type Kysely, sql } from 'kysely';
import { eventsOf, hasType } from './event-rows.ts';
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
  const { rows } = await sql<{ events: string }>`
    select last as events from baton.event e, split_part(e.events, E'\n', -1) as last
    where e.thread_id = ${thread_id} and e.run_id <> ${run_id}
      and (starts_with(last, '{"type":"turn-end"') or starts_with(last, '{"type":"interrupted"')
        or starts_with(last, '{"type":"turn-error"') and strpos(last, '"rolledBack":true') = 0)
      and exists (
        select from (select events from baton.event s where s.run_id = e.run_id) as run where ${hasType('turn-start')})
    order by e.first_seq desc limit 1`.execute(db);
  const [last] = eventsOf(rows, 'turn-end', 'interrupted', 'turn-error');
  if (last?.type === 'interrupted') return 'interrupted';
  return last?.type === 'turn-error' && last.error !== 'cancelled' ? 'error' : 'idle';
}
