import type { Run } from '../../db/runs.ts';
import { assistantIdOf } from './assistant.ts';

export const runFields = [
  'run_id',
  'thread_id',
  'assistant_id',
  'status',
  'metadata',
  'kwargs',
  'multitask_strategy',
  'created_at',
  'updated_at',
] as const;
export type RunField = (typeof runFields)[number];

/** A run as LangGraph's clients know it; of its fields those that are selected. */
export function wireRun(run: Run, selected?: RunField[]): object {
  const whole: Record<RunField, unknown> = {
    run_id: run.run_id,
    thread_id: run.thread_id,
    assistant_id: run.assistant_id ?? assistantIdOf(run.graph),
    status: run.status,
    metadata: run.metadata,
    kwargs: run.kwargs,
    multitask_strategy: run.multitask_strategy,
    created_at: run.created_at,
    updated_at: run.updated_at,
  };
  return selected ? Object.fromEntries(selected.map((field) => [field, whole[field]])) : whole;
}
