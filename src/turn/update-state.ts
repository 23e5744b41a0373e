import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { LostOwnerError } from '../checkpoint/lost-owner-error.ts';
import { saveGraphVersion } from '../db/graph-versions.ts';
import { getThread, type Thread } from '../db/threads.ts';
import { CallerError } from '../errors.ts';
import type { LoadedGraph } from '../handoff/load-graph.ts';
import { VersionError } from '../handoff/pinned-versions.ts';
import { emptyState, type StateValues } from '../handoff/state.ts';
import { noTracing } from '../model/without-tracing.ts';
import { type ManualUpdate, planUpdate } from './plan-update.ts';
import type { TurnContext } from './turns.ts';

/**
 * Changes a thread's state by hand, one update after the other, each a saved state of its own, and returns the id of the
 * last one. The thread belongs to the update meanwhile: a turn that begins in between makes it fail.
 *
 * Throws a `CallerError`: `not-found` for an unknown thread or checkpoint, `conflict` while a run is open, and
 * `invalid-request` where an update does not fit the graph or the history, or there is no graph.
 */
export async function updateState(
  context: TurnContext,
  threadId: string,
  updates: ManualUpdate[],
): Promise<string> {
  const owner = `update:${randomUUID()}`;
  const thread = await claim(context, threadId, owner);
  let status: Thread['status'] | undefined;
  try {
    const loaded = await graphOf(context, thread, owner);
    let checkpointId: string | undefined;
    for (const update of updates)
      checkpointId = await apply(loaded, { threadId, owner }, update, checkpointId);
    if (checkpointId === undefined) throw new CallerError('invalid-request', 'There is nothing to update.');
    const { next } = await loaded.compiled.getState({ configurable: { thread_id: threadId } });
    status = next.length > 0 ? 'interrupted' : 'idle';
    return checkpointId;
  } catch (error) {
    if (!(error instanceof LostOwnerError)) throw error;
    throw new CallerError('conflict', 'A run of this thread began meanwhile.', { cause: error });
  } finally {
    await letGo(context, { threadId, owner }, status);
  }
}

async function claim({ db }: TurnContext, threadId: string, owner: string): Promise<Thread> {
  const thread = await db
    .updateTable('baton.thread')
    .set({ owner })
    .where('thread_id', '=', threadId)
    .where('status', '<>', 'busy')
    .returningAll()
    .executeTakeFirst();
  if (thread) return thread;
  if (await getThread(db, threadId)) {
    throw new CallerError('conflict', 'A run of this thread has not ended: wait for it, or cancel it first.');
  }
  throw new CallerError('not-found', `No thread ${threadId}.`);
}

async function letGo(
  { db }: TurnContext,
  { threadId, owner }: { threadId: string; owner: string },
  status: Thread['status'] | undefined,
): Promise<void> {
  const now = sql<Date>`now()`;
  await db
    .updateTable('baton.thread')
    .set({ owner: null, ...(status && { status, updated_at: now, state_updated_at: now }) })
    .where('thread_id', '=', threadId)
    .where('owner', '=', owner)
    .where('status', '<>', 'busy')
    .execute();
}

/** The version that the thread is pinned to; a thread that never ran is pinned now. */
async function graphOf({ db, graphs }: TurnContext, thread: Thread, owner: string): Promise<LoadedGraph> {
  const { graph_id } = thread.metadata;
  const graph = thread.graph ?? (typeof graph_id === 'string' ? graph_id : undefined);
  const loaded =
    graph === undefined || (thread.graph === null && !graphs.get(graph))
      ? undefined
      : await graphs.open(graph, thread.graph_version).catch(refuseVersion);
  if (!loaded) {
    const message = 'The thread has no graph: give it one with metadata.graph_id, or start a run on it.';
    throw new CallerError('invalid-request', message);
  }
  if (thread.graph === null) {
    const { name, version } = loaded;
    const agents = Object.fromEntries([...loaded.seats].map(([agent, seat]) => [agent, seat.agent.text]));
    await saveGraphVersion(db, { graph: name, version, files: { graph: loaded.graph.text, agents } });
    await db
      .updateTable('baton.thread')
      .set({ graph: name, graph_version: version })
      .where('thread_id', '=', thread.thread_id)
      .where('owner', '=', owner)
      .execute();
  }
  return loaded;
}

function refuseVersion(error: unknown): never {
  if (error instanceof VersionError) throw new CallerError('conflict', error.message, { cause: error });
  throw error;
}

/** Saves one update and returns its checkpoint's id. `after` is the checkpoint of the update before. */
async function apply(
  { compiled, graph }: LoadedGraph,
  { threadId, owner }: { threadId: string; owner: string },
  update: ManualUpdate,
  after: string | undefined,
): Promise<string> {
  const from = after ?? update.checkpointId;
  const configurable = { thread_id: threadId, owner, ...(from !== undefined && { checkpoint_id: from }) };
  const { values, createdAt } = await compiled.getState({ configurable });
  const saved = values as Partial<StateValues>; // of a thread that has none, an empty object
  if (from !== undefined && !createdAt) throw new CallerError('not-found', `No checkpoint ${from}.`);
  const before = saved.messages ? (saved as StateValues) : emptyState(graph.start); // all channels have values together
  const plan = planUpdate(graph, before, update);
  // LangGraph types nodes one by one, ours come from a list
  const done = await compiled.updateState(
    { configurable, callbacks: noTracing },
    plan?.change ?? null,
    plan?.node as never,
  );
  return String(done.configurable?.checkpoint_id);
}
