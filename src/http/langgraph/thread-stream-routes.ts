import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { findRunUnderWay } from '../../db/find-run-under-way.ts';
import { getRun } from '../../db/runs.ts';
import { getThread } from '../../db/threads.ts';
import { CallerError } from '../../errors.ts';
import { watchThread } from '../../turn/watch-thread.ts';
import { checkInput } from '../check-input.ts';
import { describe } from '../describe.ts';
import { faultOf } from '../fault.ts';
import type { HttpEnv } from '../http-env.ts';
import { readThreadId } from '../read-params.ts';
import { serverSentEvents, streamAnswer } from '../stream-answer.ts';
import { formatPosition, type Position, readPosition } from './frame.ts';
import { noThread } from './no-thread.ts';
import { savedStates } from './saved-states.ts';
import { type StreamMode, streamModeSchema, streamModes } from './stream-modes.ts';
import { streamThread, type ThreadStreamMode, threadStreamModes } from './stream-thread.ts';

const names = [...threadStreamModes, ...streamModes] as const;
const modesSchema = z.array(z.enum(names, `expected one of ${names.join(', ')}`));
const querySchema = z.object({
  stream_mode: modesSchema
    .optional()
    .describe(
      '`run_modes` (the usual), `lifecycle` or `state_update`; or modes of runs, for all runs alike.',
    ),
  stream_modes: modesSchema.optional().describe('The same.'),
  after: z.string().optional().describe('Where to begin when there is no Last-Event-ID.'),
});

/** A thread's stream: all its runs, those that are there and those to come. */
export function threadStreamRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const { db } = context;
  const app = new OpenAPIHono<HttpEnv>();

  describe(app, 'GET /threads/{thread_id}/stream', {
    summary: 'Stream a thread: all its runs, for as long as the client stays',
    description:
      'Begins now; with the header Last-Event-ID behind the frame that it names, or from the first for `-`. Each run begins with `metadata` of its id and attempt, and ends with `metadata` of its id and the status `run_done`.',
    tag: 'LangGraph: threads',
    query: querySchema,
    answers: 'text/event-stream',
  });
  app.get('/threads/:thread_id/stream', async (c) => {
    const threadId = readThreadId(c);
    const asked = readQuery(c);
    const after = readAfter(c, asked.after) ?? (await endOf(threadId));
    // a client that is cut off before it has a frame goes on from here
    c.header('Location', `/threads/${threadId}/stream?after=${formatPosition(after)}`);
    return streamAnswer(c, (signal) => watch(threadId, asked, after, signal), {
      wire: serverSentEvents,
      onError: (error) => lastWords(c, error),
    });
  });

  return app;

  async function* watch(
    threadId: string,
    { modes, runModes }: Asked,
    after: Position,
    signal: AbortSignal,
  ): AsyncGenerator<string> {
    yield ': open\n'; // a quiet thread has nothing else to say that the stream is there
    const first = await findRunUnderWay(db, { threadId, seq: Math.max(after.seq, 0) });
    const from = first === undefined ? Math.max(after.seq, 0) : Math.min(first - 1, Math.max(after.seq, 0));
    const events = watchThread(context, { threadId, after: from, signal });
    const modesOf = runModes ? async () => runModes : rememberModes();
    yield* streamThread(events, { modes, modesOf, stateAt: savedStates(context), after });
  }

  async function endOf(threadId: string): Promise<Position> {
    const thread = await getThread(db, threadId);
    if (!thread) throw noThread(threadId);
    return { seq: thread.last_seq, index: Number.POSITIVE_INFINITY };
  }

  /** The modes in which each run was started. */
  function rememberModes(): (runId: string) => Promise<readonly StreamMode[]> {
    const known = new Map<string, readonly StreamMode[]>();
    return async (runId) => {
      const modes = known.get(runId) ?? (await modesOfRun(runId));
      return known.set(runId, modes).get(runId) ?? modes;
    };
  }

  async function modesOfRun(runId: string): Promise<readonly StreamMode[]> {
    const run = await getRun(db, runId);
    return streamModeSchema.safeParse(run?.kwargs.stream_mode).data ?? ['values'];
  }
}

interface Asked {
  modes: readonly ThreadStreamMode[];
  /** The modes for all runs alike; absent: each as it was started. */
  runModes?: readonly StreamMode[];
}

function readQuery(c: Context): Asked & { after?: string | undefined } {
  const { stream_mode, stream_modes, after } = checkInput(querySchema, {
    ...c.req.query(),
    stream_mode: c.req.queries('stream_mode'),
    stream_modes: c.req.queries('stream_modes'),
  });
  const asked = [...(stream_mode ?? []), ...(stream_modes ?? [])];
  const runModes = streamModes.filter((mode) => asked.includes(mode));
  const modes = threadStreamModes.filter((mode) => asked.includes(mode));
  const whole = runModes.length > 0 || modes.length === 0;
  return {
    modes: whole ? [...new Set<ThreadStreamMode>(['run_modes', ...modes])] : modes,
    ...(runModes.length > 0 && { runModes }),
    after,
  };
}

function readAfter(c: Context, otherwise: string | undefined): Position | undefined {
  const id = c.req.header('last-event-id') || otherwise;
  if (!id) return undefined;
  const position = readPosition(id);
  if (position) return position;
  throw new CallerError('invalid-request', `Last-Event-ID: no event of this stream has the id ${id}.`);
}

function lastWords(c: Context<HttpEnv>, error: unknown): string {
  const { status, message } = faultOf(error);
  if (status >= 500 && !(error instanceof CallerError)) c.get('log').error({ err: error }, 'a stream failed');
  return `event: error\ndata: ${JSON.stringify({ error: 'InternalError', message })}\n\n`;
}
