import type { Context } from 'hono';
import type { AppContext } from '../../../app-context.ts';
import { findRunUnderWay } from '../../../db/find-run-under-way.ts';
import { StreamMovedError } from '../../../turn/stream-moved-error.ts';
import { watchThread } from '../../../turn/watch-thread.ts';
import { faultOf } from '../../fault.ts';
import type { HttpEnv } from '../../http-env.ts';
import { serverSentEvents, streamAnswer } from '../../stream-answer.ts';
import { savedStates } from '../saved-states.ts';
import { type EventFilter, wants } from './event-filter.ts';
import { formatEvent, loggedOf } from './protocol-event.ts';
import { translateLog } from './translate-log.ts';

/** Answers with what happens on a thread, from its first event on and as long as the client stays. */
export function streamEvents(
  context: AppContext,
  c: Context<HttpEnv>,
  threadId: string,
  filter: EventFilter,
): Response {
  async function* frames(signal: AbortSignal): AsyncGenerator<string> {
    yield ': open\n'; // a quiet thread has nothing else to say that the stream is there
    const log = watchThread(context, { threadId, after: await startOf(filter), signal });
    try {
      for await (const event of translateLog(log, savedStates(context))) {
        if (!wants(filter, event)) continue;
        yield `event: ${event.method}\nid: ${event.seq}\ndata: ${JSON.stringify(formatEvent(event))}\n\n`;
      }
    } catch (error) {
      if (!(error instanceof StreamMovedError)) throw error; // who is cut off comes again
    }
  }

  /** Events are told from the beginning of a run on: see `translateLog`. */
  async function startOf({ since }: EventFilter): Promise<number> {
    if (since === undefined) return 0;
    const first = await findRunUnderWay(context.db, { threadId, seq: loggedOf(since) });
    return first === undefined ? 0 : first - 1;
  }

  return streamAnswer(c, frames, {
    wire: serverSentEvents,
    onError(error) {
      if (faultOf(error).status === 500) c.get('log').error({ err: error }, 'a stream of events failed');
      return 'retry: 1000\n\n'; // the client comes again, and gets the same events
    },
  });
}
