import type { Transaction } from 'kysely';
import { type GraphFiles, saveGraphVersion } from '../db/graph-versions.ts';
import type { Schema } from '../db/schema.ts';
import { ttlColumns } from '../db/thread-ttl.ts';
import { CallerError } from '../errors.ts';
import type { LoadedGraph } from '../handoff/load-graph.ts';
import type { TurnRequest } from './turn-request.ts';
import type { TurnContext } from './turns.ts';

/**
 * Makes the thread or takes the one that is there, and keeps others out until the transaction ends. Returns the
 * version of the graph that the thread is pinned to.
 *
 * Throws a `CallerError`: `not-found`, and `conflict` when there is nothing to resume.
 */
export async function claimThread(
  { config: { retention } }: Pick<TurnContext, 'config'>,
  trx: Transaction<Schema>,
  threadId: string,
  loaded: LoadedGraph,
  request: TurnRequest,
): Promise<string> {
  const found = await trx
    .selectFrom('baton.thread')
    .select(['metadata', 'status', 'graph', 'graph_version'])
    .where('thread_id', '=', threadId)
    .forUpdate()
    .executeTakeFirst();
  if (!found && request.threadId && request.ifNotExists === 'reject') {
    throw new CallerError('not-found', `There is no thread ${threadId}.`);
  }
  if (request.resume !== undefined && found?.status !== 'interrupted') {
    const why =
      found?.status === 'busy' ? 'is busy: somebody may have answered' : 'does not wait for anything';
    throw new CallerError('conflict', `There is nothing to resume: the thread ${why}.`);
  }
  const pinned = found?.graph === loaded.name && request.version !== 'newest' ? found.graph_version : null;
  if (pinned === null) await keepVersion(trx, loaded);
  const { assistant_id: _before, ...earlier } = found?.metadata ?? {};
  const assistant = request.assistantId && { assistant_id: request.assistantId };
  const metadata = JSON.stringify({ ...earlier, ...request.metadata, graph_id: loaded.name, ...assistant });
  const version = pinned ?? loaded.version;
  const thread = { graph: loaded.name, graph_version: version, status: 'busy', metadata } as const;
  await trx
    .insertInto('baton.thread')
    .values({
      thread_id: threadId,
      temporary: request.temporary ?? false,
      ...ttlColumns(retention.ttl),
      ...thread,
    })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'thread_id']).doUpdateSet(thread))
    .execute()
    .catch((error: unknown) => {
      if (!isHidden(error)) throw error;
      throw new CallerError('not-found', `There is no thread ${threadId}.`);
    });
  return version;
}

/** Whether a row is there and the policies of its table hide it: here, a thread of a graph that the caller may not use. */
function isHidden(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '42501';
}

/** Graphs whose version the database is known to have. */
const kept = new WeakSet<LoadedGraph>();

/** Keeps the texts of a version that a thread is pinned to from now on. */
async function keepVersion(trx: Transaction<Schema>, loaded: LoadedGraph): Promise<void> {
  const files = filesToKeep(loaded);
  if (files) await saveGraphVersion(trx, { graph: loaded.name, version: loaded.version, files });
}

/** The texts of a version of a graph; undefined where the database is known to have them. */
export function filesToKeep(loaded: LoadedGraph): GraphFiles | undefined {
  if (kept.has(loaded)) return undefined;
  const agents = Object.fromEntries([...loaded.seats].map(([name, { agent }]) => [name, agent.text]));
  return { graph: loaded.graph.text, agents };
}

/** The database has this version of a graph for good: called when the transaction that kept it is through. */
export function knowKept(loaded: LoadedGraph): void {
  kept.add(loaded);
}
