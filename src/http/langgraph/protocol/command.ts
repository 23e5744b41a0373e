import type { AppContext } from '../../../app-context.ts';
import type { Thread } from '../../../db/threads.ts';
import { CallerError } from '../../../errors.ts';
import type { JsonObject } from '../../../message.ts';
import type { IdempotencyClaim } from '../../../turn/turn-request.ts';

/** A command that a client sent about a thread, which may not be there yet. */
export interface Command {
  /** The client's number of it. */
  id: number;
  context: AppContext;
  threadId: string;
  thread: Thread | undefined;
  params: JsonObject;
  /** What makes the command, sent again, one and the same. */
  idempotency?: IdempotencyClaim;
}

/** The thread of a command that needs one. Throws a `MissingThreadError` where it is not there. */
export function threadOf({ thread, threadId }: Command): Thread {
  if (thread) return thread;
  throw new MissingThreadError('not-found', `No thread ${threadId}.`);
}

export class MissingThreadError extends CallerError {
  override name = 'MissingThreadError';
}
