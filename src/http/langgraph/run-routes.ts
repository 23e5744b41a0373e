import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { getRun, listRuns } from '../../db/runs.ts';
import { getThread } from '../../db/threads.ts';
import { checkInput } from '../check-input.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { readThreadId } from '../read-params.ts';
import { answerWithEnd, answerWithStream } from './answer-run.ts';
import { noThread } from './no-thread.ts';
import { runRequestSchema } from './run-request.ts';
import { type StartedRun, startRun } from './start-run.ts';
import type { StreamMode } from './stream-modes.ts';
import { runFields, wireRun } from './wire-run.ts';

const tag = 'LangGraph: runs';
const body = runRequestSchema;
const example = {
  assistant_id: 'films',
  input: { messages: [{ role: 'user', content: 'How many films are longer than two hours?' }] },
};
const listSchema = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(10),
  offset: z.coerce.number().int().min(0).default(0),
  status: z.enum(['pending', 'running', 'success', 'error', 'timeout', 'interrupted']).optional(),
  select: z.array(z.enum(runFields, `expected some of ${runFields.join(', ')}`)).optional(),
});

/** Runs: started on a thread or on one of their own, and listed. */
export function runRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();

  describe(app, 'POST /threads/{thread_id}/runs/stream', {
    summary: 'Start a run on a thread and stream it',
    tag,
    body,
    example,
    answers: 'text/event-stream',
  });
  app.post('/threads/:thread_id/runs/stream', async (c) => {
    const started = await startRun(context, c, readThreadId(c));
    return answerWithStream(context, c, watched(started), { modes: modesOf(started) });
  });

  describe(app, 'POST /runs/stream', {
    summary: 'Start a run on a thread of its own and stream it',
    tag,
    body,
    example,
    answers: 'text/event-stream',
  });
  app.post('/runs/stream', async (c) => {
    const started = await startRun(context, c);
    return answerWithStream(context, c, watched(started), { modes: modesOf(started) });
  });

  describe(app, 'POST /threads/{thread_id}/runs/wait', {
    summary: 'Start a run on a thread and wait for the state at its end',
    tag,
    body,
    example,
  });
  app.post('/threads/:thread_id/runs/wait', async (c) =>
    answerWithEnd(context, c, watched(await startRun(context, c, readThreadId(c)))),
  );

  describe(app, 'POST /runs/wait', {
    summary: 'Start a run on a thread of its own and wait for the state at its end',
    tag,
    body,
    example,
  });
  app.post('/runs/wait', async (c) => answerWithEnd(context, c, watched(await startRun(context, c))));

  describe(app, 'POST /threads/{thread_id}/runs', { summary: 'Start a run on a thread', tag, body, example });
  app.post('/threads/:thread_id/runs', async (c) =>
    c.json(await runOf(await startRun(context, c, readThreadId(c)))),
  );

  describe(app, 'POST /runs', { summary: 'Start a run on a thread of its own', tag, body, example });
  app.post('/runs', async (c) => c.json(await runOf(await startRun(context, c))));

  describe(app, 'GET /threads/{thread_id}/runs', {
    summary: 'List the runs of a thread, newest first',
    tag,
    query: listSchema,
    answer: z.array(z.looseObject({})),
  });
  app.get('/threads/:thread_id/runs', async (c) => {
    const threadId = readThreadId(c);
    const { limit, offset, status, select } = checkInput(listSchema, {
      ...c.req.query(),
      select: c.req.queries('select'),
    });
    if (!(await getThread(context.db, threadId))) throw noThread(threadId);
    const runs = await listRuns(context.db, threadId, { limit, offset, ...(status && { status }) });
    return c.json(runs.map((run) => wireRun(run, select)));
  });

  return app;

  async function runOf({ runId, threadId }: StartedRun): Promise<object> {
    const run = await getRun(context.db, runId);
    return run ? wireRun(run) : { run_id: runId, thread_id: threadId, status: 'interrupted' }; // it was taken back at once
  }
}

function watched({ threadId, runId, request }: StartedRun) {
  return { threadId, runId, cancels: request.on_disconnect === 'cancel' };
}

function modesOf({ request }: StartedRun): StreamMode[] {
  return request.stream_mode ?? ['values'];
}
