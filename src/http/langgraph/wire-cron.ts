import type { Cron } from '../../db/crons.ts';

export const cronFieldNames = [
  'cron_id',
  'assistant_id',
  'thread_id',
  'schedule',
  'timezone',
  'end_time',
  'enabled',
  'payload',
  'metadata',
  'user_id',
  'next_run_date',
  'on_run_completed',
  'created_at',
  'updated_at',
] as const;
/** LangGraph's clients may select the server's time too, which is no field of a cron. */
export const cronSelection = [...cronFieldNames, 'now'] as const;
export type CronField = (typeof cronSelection)[number];

/** A cron as LangGraph's clients know it; of its fields those that are selected. */
export function wireCron(
  cron: Cron,
  select: readonly CronField[] = cronFieldNames,
): Partial<Record<CronField, unknown>> {
  const whole: Record<CronField, unknown> = {
    ...cron,
    payload: { assistant_id: cron.assistant_id, ...cron.payload },
    on_run_completed: cron.thread_id ? null : cron.on_run_completed,
    now: new Date(),
  };
  return Object.fromEntries(select.map((field) => [field, whole[field]]));
}
