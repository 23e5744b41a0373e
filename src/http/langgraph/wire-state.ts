import type { ThreadState } from '../../turn/thread-state.ts';
import { wireValues } from './wire-message.ts';

/** A saved state as LangGraph's clients know it; a thread that never ran has an empty one. */
export function wireState(threadId: string, state: ThreadState | undefined): object {
  return {
    values: state ? wireValues(state.values) : {},
    next: state?.next ?? [],
    tasks: state?.tasks ?? [],
    metadata: state?.metadata ?? {},
    created_at: state?.createdAt ?? null,
    checkpoint: checkpointOf(threadId, state?.checkpointId ?? null),
    parent_checkpoint: state?.parentCheckpointId ? checkpointOf(threadId, state.parentCheckpointId) : null,
  };
}

/** What the thread waits for, by task. */
export function interruptsOf({ tasks }: ThreadState): Record<string, unknown[]> {
  const waiting = tasks.filter(({ interrupts }) => interrupts.length > 0);
  return Object.fromEntries(waiting.map(({ id, interrupts }) => [id, interrupts]));
}

export function checkpointOf(threadId: string, checkpointId: string | null): object {
  return { thread_id: threadId, checkpoint_ns: '', checkpoint_id: checkpointId };
}
