import type { Context } from 'hono';
import type { AppContext } from '../../app-context.ts';
import { CallerError } from '../../errors.ts';
import { watchRun } from '../../turn/watch-run.ts';
import { cancelOnLeave, cancelUnlessBack } from '../cancel-on-leave.ts';
import { faultOf } from '../fault.ts';
import type { HttpEnv } from '../http-env.ts';
import { serverSentEvents, streamAnswer, waitingJson } from '../stream-answer.ts';
import { finalValues } from './final-values.ts';
import type { Position } from './frame.ts';
import { savedStates } from './saved-states.ts';
import type { StreamMode } from './stream-modes.ts';
import { streamRun } from './stream-run.ts';

export interface Watched {
  threadId: string;
  runId: string;
  /** Stop the run when the client leaves before its end. */
  cancels: boolean;
}

/** Answers with what happens in a run, as it happens. */
export function answerWithStream(
  context: AppContext,
  c: Context<HttpEnv>,
  watched: Watched,
  { modes, after }: { modes: StreamMode[]; after?: Position | undefined },
): Response {
  const options = { modes, stateAt: savedStates(context), ...(after && { after }) };
  return streamAnswer(c, (signal) => streamRun(watchRun(context, { ...watched, signal }), options), {
    wire: serverSentEvents,
    onLeave: () => watched.cancels && cancelUnlessBack(context, c.get('log'), watched),
    onError: (error) => `event: error\ndata: ${JSON.stringify(tell(c, error))}\n\n`,
  });
}

/** Answers with the state at the end of a run. The body is JSON, after as many empty lines as it took. */
export function answerWithEnd(context: AppContext, c: Context<HttpEnv>, watched: Watched): Response {
  async function* write(signal: AbortSignal): AsyncGenerator<string> {
    yield JSON.stringify(await finalValues(watchRun(context, { ...watched, signal }), savedStates(context)));
  }
  return streamAnswer(c, write, {
    wire: waitingJson,
    onLeave: () => watched.cancels && cancelOnLeave(context, c.get('log'), watched),
    onError: (error) => JSON.stringify({ __error__: tell(c, error) }),
  });
}

function tell(c: Context<HttpEnv>, error: unknown): { error: string; message: string } {
  const { status, message } = faultOf(error);
  if (status >= 500 && !(error instanceof CallerError)) c.get('log').error({ err: error }, 'a stream failed');
  return { error: 'InternalError', message };
}
