import type { Run } from '../../db/runs.ts';
import { assistantIdOf } from './assistant.ts';

/** A run as LangGraph's clients know it. */
export function wireRun(run: Run): object {
  return {
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
}
