import type { AppContext } from '../../../app-context.ts';
import type { Thread } from '../../../db/threads.ts';
import { readState } from '../../../turn/thread-state.ts';

/** The ids of the interrupts that a thread waits to be answered. */
export async function waitingFor(context: AppContext, thread: Thread | undefined): Promise<string[]> {
  if (thread?.status !== 'interrupted') return [];
  const state = await readState(context, thread.thread_id);
  return state?.tasks.flatMap(({ interrupts }) => interrupts.map(({ id }) => id)) ?? [];
}
