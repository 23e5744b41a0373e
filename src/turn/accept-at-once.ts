import { type AskedTurn, acceptInOne } from '../db/accept-in-one.ts';
import { ttlColumns } from '../db/thread-ttl.ts';
import type { LoadedGraph } from '../handoff/load-graph.ts';
import { newId } from '../new-id.ts';
import { currentPayer } from '../usage/payer.ts';
import { filesToKeep } from './claim-thread.ts';
import { textsOf, whoAsked } from './insert-run.ts';
import type { TurnRequest } from './turn-request.ts';
import type { TurnContext } from './turns.ts';

/** A turn to accept, and the ids that it gets. */
export interface Asked {
  request: TurnRequest;
  loaded: LoadedGraph;
  ids: { threadId: string; runId: string };
}

/** The ids of a turn to accept, made now where the request has none. */
export function askedOf(request: TurnRequest, loaded: LoadedGraph): Asked {
  return { request, loaded, ids: { threadId: request.threadId ?? newId(), runId: newId() } };
}

/** What became of a turn that was accepted at once. */
export interface AcceptedAtOnce {
  version: string;
  /** This process carries it out by now: it waits for nothing. */
  begun: boolean;
}

/**
 * Accepts a turn in one round trip to the database, and begins it in the same where this process has room for it and nothing else of
 * its thread is under way. Undefined, with nothing written, where that cannot be: then `acceptTogether` accepts it, or says why not.
 */
export async function acceptAtOnce(
  context: TurnContext,
  { request, loaded, ids }: Asked,
): Promise<AcceptedAtOnce | undefined> {
  if (!isOrdinary(request)) return undefined;
  const { db, queue, turns } = context;
  const place = turns.takePlace();
  try {
    const { asker = null, ...who } = whoAsked();
    const files = filesToKeep(loaded);
    const texts = { ...textsOf(request), asker, files: files ? JSON.stringify(files) : null };
    const asked = {
      ...columnsOf(context, request, loaded),
      ...who,
      run_id: ids.runId,
      thread_id: ids.threadId,
    };
    const accepted = await acceptInOne(db, asked, texts, {
      mayBegin: queue.mayBegin(place !== undefined),
      insert: (row) => queue.placeRun(ids, row),
    });
    if (place && accepted?.begun) {
      place.begin(queue.claimOf(ids), accepted.begun);
      return { version: accepted.version, begun: true };
    }
    place?.leave();
    return accepted && { version: accepted.version, begun: false };
  } catch (error) {
    place?.leave();
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

/** Whether a turn asks for what one statement does: it waits for its place on the thread, and says something new. */
function isOrdinary({ threadId, multitask, resume, afterSeconds }: TurnRequest): boolean {
  return resume === undefined && !afterSeconds && (multitask === 'enqueue' || threadId === undefined);
}

function columnsOf(
  { config: { retention } }: TurnContext,
  request: TurnRequest,
  loaded: LoadedGraph,
): Omit<AskedTurn, 'run_id' | 'thread_id'> {
  return {
    is_new: request.threadId === undefined,
    may_make: request.ifNotExists === 'create',
    graph: loaded.name,
    version: loaded.version,
    newest: request.version === 'newest',
    assistant_id: request.assistantId ?? null,
    assumed: request.assumed ?? null,
    ...request.idempotency,
    webhook: request.webhook ?? null,
    multitask: request.multitask,
    temporary: request.temporary ?? false,
    ...ttlColumns(retention.ttl),
    payer: currentPayer().userId ?? null,
  };
}

/**
 * Whether the database refused what was asked, and so did nothing: a value that it takes nowhere, a row that is there already or that
 * is another's. By their classes in Postgres's table of errors: data exceptions, violated constraints, missing rights.
 */
function isRefusal(error: unknown): boolean {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^(?:22|23)...$|^42501$/.test(code);
}
