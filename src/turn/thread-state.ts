import type { StateSnapshot } from '@langchain/langgraph';
import { getThread } from '../db/threads.ts';
import type { CompiledGraph } from '../handoff/compile-graph.ts';
import { VersionError } from '../handoff/pinned-versions.ts';
import type { StateValues } from '../handoff/state.ts';
import type { Json, JsonObject } from '../message.ts';
import type { TurnContext } from './turns.ts';

/** A thread as one of its checkpoints has it. */
export interface ThreadState {
  values: StateValues;
  /** The nodes that come next; empty when the thread is at rest. */
  next: string[];
  tasks: {
    id: string;
    name: string;
    error: string | null;
    interrupts: { id: string; value: Json }[];
    path: Json[];
  }[];
  metadata: JsonObject;
  createdAt: string | null;
  checkpointId: string;
  parentCheckpointId: string | null;
}

/** The newest state of a thread, or the one of a checkpoint. Undefined when there is none. */
export async function readState(
  context: TurnContext,
  threadId: string,
  checkpointId?: string,
): Promise<ThreadState | undefined> {
  const compiled = await graphOf(context, threadId);
  const configurable = { thread_id: threadId, ...(checkpointId && { checkpoint_id: checkpointId }) };
  const snapshot = await compiled?.getState({ configurable });
  return snapshot && describe(snapshot);
}

/** The states of a thread, newest first; those before a checkpoint, and those whose metadata contain something. */
export async function readHistory(
  context: TurnContext,
  threadId: string,
  { limit, before, metadata }: { limit: number; before?: string; metadata?: JsonObject },
): Promise<ThreadState[]> {
  const compiled = await graphOf(context, threadId);
  if (!compiled) return [];
  const options = {
    limit,
    ...(metadata && { filter: metadata }),
    ...(before && { before: { configurable: { thread_id: threadId, checkpoint_id: before } } }),
  };
  const states: ThreadState[] = [];
  for await (const snapshot of compiled.getStateHistory({ configurable: { thread_id: threadId } }, options)) {
    const state = describe(snapshot);
    if (state) states.push(state);
  }
  return states;
}

/** The version that the thread is pinned to, which knows its nodes; the newest where that one cannot be had. */
async function graphOf({ db, graphs }: TurnContext, threadId: string): Promise<CompiledGraph | undefined> {
  const { graph, graph_version } = (await getThread(db, threadId)) ?? {};
  if (!graph) return undefined;
  const loaded = await graphs.open(graph, graph_version ?? null).catch((error: unknown) => {
    if (error instanceof VersionError) return graphs.get(graph);
    throw error;
  });
  return loaded?.compiled;
}

function describe(snapshot: StateSnapshot): ThreadState | undefined {
  const checkpointId: unknown = snapshot.config.configurable?.checkpoint_id;
  const parentId: unknown = snapshot.parentConfig?.configurable?.checkpoint_id;
  if (typeof checkpointId !== 'string') return undefined;
  return {
    values: snapshot.values as StateValues, // the channels of every graph
    // LangGraph leaves out nodes that are done while their step is not saved yet: the thread is not at rest then
    next: snapshot.next.length > 0 ? [...snapshot.next] : snapshot.tasks.map(({ name }) => name),
    tasks: snapshot.tasks.map(({ id, name, error, interrupts, path }) => ({
      id,
      name,
      error: error ? String(error) : null,
      interrupts: interrupts.map((interrupt) => ({ id: interrupt.id ?? '', value: interrupt.value as Json })), // JSON, as nodes gave it
      path: (path ?? []) as Json[], // names and numbers
    })),
    metadata: (snapshot.metadata ?? {}) as JsonObject, // JSON, as the saver keeps it
    createdAt: snapshot.createdAt ?? null,
    checkpointId,
    parentCheckpointId: typeof parentId === 'string' ? parentId : null,
  };
}
