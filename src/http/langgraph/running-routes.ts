import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { getRun, noteWatcher, type Run } from '../../db/runs.ts';
import { CallerError } from '../../errors.ts';
import { cancelRun } from '../../turn/cancel-run.ts';
import { deleteRun } from '../../turn/delete-run.ts';
import { watchRun } from '../../turn/watch-run.ts';
import { checkInput } from '../check-input.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { readRunId, readThreadId } from '../read-params.ts';
import { answerWithEnd, answerWithStream } from './answer-run.ts';
import { type Position, readPosition } from './frame.ts';
import { streamModeSchema } from './stream-modes.ts';
import { wireRun } from './wire-run.ts';

const tag = 'LangGraph: runs';
const flag = z
  .enum(['0', '1', 'true', 'false'])
  .default('0')
  .transform((value) => value === '1' || value === 'true');
const joinSchema = z.object({ cancel_on_disconnect: flag });
const streamSchema = joinSchema.extend({ stream_mode: streamModeSchema.optional() });
const cancelSchema = z.object({ wait: flag, action: z.enum(['interrupt', 'rollback']).default('interrupt') });
const streamed = {
  description:
    'Begins with the run, or behind the frame that the header Last-Event-ID names. The same modes as the run was started with unless `stream_mode` says others.',
  tag,
  query: streamSchema,
  answers: 'text/event-stream',
} as const;

/** Runs that were started: looked at, joined, cancelled. */
export function runningRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();

  describe(app, 'GET /threads/{thread_id}/runs/{run_id}', { summary: 'Get a run', tag });
  app.get('/threads/:thread_id/runs/:run_id', async (c) =>
    c.json(wireRun(await findRun(c, readThreadId(c)))),
  );

  describe(app, 'GET /runs/{run_id}', { summary: 'Get a run on a thread of its own', tag });
  app.get('/runs/:run_id{[0-9A-Fa-f-]+}', async (c) => c.json(wireRun(await findRun(c))));

  describe(app, 'DELETE /threads/{thread_id}/runs/{run_id}', {
    summary: 'Delete a run that has ended, and the states that it saved',
    description: 'States that a later run goes on from stay.',
    tag,
    answers: 'nothing',
  });
  app.delete('/threads/:thread_id/runs/:run_id', async (c) => {
    const { run_id: runId, thread_id: threadId } = await findRun(c, readThreadId(c));
    await deleteRun(context, { threadId, runId });
    return c.body(null, 204);
  });

  describe(app, 'GET /threads/{thread_id}/runs/{run_id}/join', {
    summary: 'Wait for a run and get the state at its end',
    tag,
    query: joinSchema,
  });
  app.get('/threads/:thread_id/runs/:run_id/join', async (c) => {
    const { cancel_on_disconnect } = checkInput(joinSchema, c.req.query());
    return answerWithEnd(context, c, watched(await findRun(c, readThreadId(c)), cancel_on_disconnect));
  });

  describe(app, 'GET /threads/{thread_id}/runs/{run_id}/stream', { summary: 'Stream a run', ...streamed });
  app.get('/threads/:thread_id/runs/:run_id/stream', async (c) => join(c, await findRun(c, readThreadId(c))));

  describe(app, 'GET /runs/{run_id}/stream', { summary: 'Stream a run on a thread of its own', ...streamed });
  app.get('/runs/:run_id/stream', async (c) => join(c, await findRun(c)));

  describe(app, 'POST /threads/{thread_id}/runs/{run_id}/cancel', {
    summary: 'Stop a run',
    description:
      'Answers 202 at once, or 204 when it has stopped if `wait` is 1. With the action `rollback`, what it did to its thread is taken back, and the run is deleted.',
    tag,
    query: cancelSchema,
    answers: 'nothing',
  });
  app.post('/threads/:thread_id/runs/:run_id/cancel', async (c) => {
    const { wait, action } = checkInput(cancelSchema, c.req.query());
    const { run_id: runId, thread_id: threadId } = await findRun(c, readThreadId(c));
    await cancelRun(context, { threadId, runId }, action);
    if (!wait) return c.body(null, 202);
    for await (const _ of watchRun(context, { threadId, runId, signal: c.req.raw.signal }));
    return c.body(null, 204);
  });

  return app;

  async function findRun(c: Context<HttpEnv>, threadId?: string): Promise<Run> {
    const runId = readRunId(c);
    const run = await getRun(context.db, runId);
    if (run && (!threadId || run.thread_id === threadId)) return run;
    throw new CallerError('not-found', `No run ${runId}${threadId ? ` of the thread ${threadId}` : ''}.`);
  }

  async function join(c: Context<HttpEnv>, run: Run): Promise<Response> {
    const { stream_mode, cancel_on_disconnect } = checkInput(streamSchema, {
      ...c.req.query(),
      stream_mode: c.req.queries('stream_mode'),
    });
    const modes = stream_mode ?? streamModeSchema.safeParse(run.kwargs.stream_mode).data ?? ['values'];
    c.header('Content-Location', c.req.path.replace(/\/stream$/, ''));
    c.header('Location', c.req.path); // clients come here again when their connection breaks
    const after = readAfter(c);
    const back = after !== undefined && run.kwargs.on_disconnect === 'cancel'; // it lost its connection, and what it asked for holds on
    if (back) await noteWatcher(context.db, run.run_id);
    return answerWithStream(context, c, watched(run, back || cancel_on_disconnect), { modes, after });
  }
}

function watched({ thread_id, run_id }: Run, cancels: boolean) {
  return { threadId: thread_id, runId: run_id, cancels };
}

function readAfter(c: Context): Position | undefined {
  const id = c.req.header('last-event-id');
  if (!id) return undefined;
  const position = readPosition(id);
  if (position) return position;
  throw new CallerError('invalid-request', `Last-Event-ID: no event of this stream has the id ${id}.`);
}
