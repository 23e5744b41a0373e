import type { AppContext } from '../../app-context.ts';
import type { Thread } from '../../db/threads.ts';
import { readState } from '../../turn/thread-state.ts';
import { assistantIdOf } from './assistant.ts';
import { wireValues } from './wire-message.ts';
import { interruptsOf } from './wire-state.ts';

export const threadFields = [
  'thread_id',
  'created_at',
  'updated_at',
  'state_updated_at',
  'metadata',
  'status',
  'config',
  'values',
  'interrupts',
] as const;
export type ThreadField = (typeof threadFields)[number];

/** A thread as LangGraph's clients know it. The state is read only for the fields that need it. */
export async function wireThread(
  context: AppContext,
  thread: Thread,
  select: readonly ThreadField[] = threadFields,
): Promise<Partial<Record<ThreadField, unknown>>> {
  const needsState = thread.graph !== null && (select.includes('values') || select.includes('interrupts'));
  const state = needsState ? await readState(context, thread.thread_id) : undefined;
  const whole = {
    thread_id: thread.thread_id,
    created_at: thread.created_at,
    updated_at: thread.updated_at,
    state_updated_at: thread.state_updated_at,
    metadata: {
      ...(thread.graph && { assistant_id: assistantIdOf(thread.graph) }),
      ...thread.metadata,
      ...(thread.graph && { graph_id: thread.graph }),
    },
    status: thread.status,
    config: {},
    values: state ? wireValues(state.values) : null,
    interrupts: state ? interruptsOf(state) : {},
  };
  return Object.fromEntries(select.map((field) => [field, whole[field]]));
}
