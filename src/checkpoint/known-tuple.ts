import type { CheckpointTuple } from '@langchain/langgraph-checkpoint';

/**
 * A thread's newest state as a run found it that owns the thread, until the run's first step: nobody else writes one meanwhile.
 * Null where the thread has none, absent while that is not known.
 */
export interface KnownTuple {
  tuple?: CheckpointTuple | null | undefined;
}

/** What is known of the state that is asked for, the newest where `checkpointId` is absent; undefined where it has to be read. */
export function recallTuple(
  known: KnownTuple | undefined,
  namespace: string,
  checkpointId: string | undefined,
): CheckpointTuple | null | undefined {
  if (!known?.tuple) return namespace === '' && checkpointId === undefined ? known?.tuple : undefined;
  const { checkpoint_ns, checkpoint_id } = known.tuple.config.configurable ?? {};
  const isIt = namespace === checkpoint_ns && (checkpointId ?? checkpoint_id) === checkpoint_id;
  return isIt ? known.tuple : undefined;
}

/** Keeps the newest state. One with writes of its own is none to share: LangGraph puts them into the state that it was given. */
export function noteTuple(
  known: KnownTuple | undefined,
  namespace: string,
  checkpointId: string | undefined,
  tuple: CheckpointTuple | undefined,
): void {
  if (!known || namespace !== '' || checkpointId !== undefined || tuple?.pendingWrites?.length) return;
  known.tuple = tuple ?? null;
}

/** Another state is the newest from now on. */
export function forgetTuple(known: KnownTuple | undefined): void {
  if (known) known.tuple = undefined;
}
