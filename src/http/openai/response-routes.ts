import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { getRun, type Run } from '../../db/runs.ts';
import { CallerError } from '../../errors.ts';
import { cancelRun } from '../../turn/cancel-run.ts';
import { watchRun } from '../../turn/watch-run.ts';
import type { LoggedEvent } from '../../turn-event.ts';
import { cancelOnLeave, comesAgain } from '../cancel-on-leave.ts';
import { checkInput } from '../check-input.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { savedStates } from '../langgraph/saved-states.ts';
import { readBody } from '../read-body.ts';
import { serverSentEvents, streamAnswer } from '../stream-answer.ts';
import { answerErrorObject } from './answer-error-object.ts';
import { deleteResponse } from './delete-response.ts';
import { faultOfTurn } from './fault-of-turn.ts';
import { inputItemsOf, listSchema, pageOf } from './list-items.ts';
import { errorFrame, responseFrames } from './response-frames.ts';
import { askedOf, type HeadedRun, responseHead } from './response-head.ts';
import { noSuch, runIdOf } from './response-ids.ts';
import { openResponseLog, type ResponseLog } from './response-log.ts';
import { responseRequestSchema } from './response-request.ts';
import { responseSoFar } from './response-so-far.ts';
import { startResponse } from './start-response.ts';

const tag = 'OpenAI';
const flag = z.enum(['true', 'false', '1', '0']).transform((value) => value === 'true' || value === '1');
const getSchema = z.object({
  stream: flag.default(false),
  starting_after: z.coerce.number('expected a number').int().min(-1).optional(),
});

/** OpenAI's responses: `model` names a graph, a response is a run, and what it goes on with is a thread. */
export function responseRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();

  describe(app, 'POST /v1/responses', {
    summary: 'Answer, and keep the conversation',
    description:
      'Streams when `stream` is true. `previous_response_id` or `conversation` goes on with a thread; `background` answers at once. The field `baton` says which agents spoke and what the answer rests on.',
    tag,
    body: responseRequestSchema,
    example: { model: 'films', input: 'How many films are longer than two hours?' },
  });
  app.post('/v1/responses', async (c) => {
    const request = await readBody(c, responseRequestSchema);
    const run = await startResponse(context, c, request);
    if (request.stream) return stream(c, run, {});
    return request.background ? c.json(openLog(run).response()) : complete(c, run);
  });

  describe(app, 'GET /v1/responses/{response_id}', {
    summary: 'Get a response, or its stream',
    description:
      'With `stream=true`, its events behind the number `starting_after`: none is missing, and none comes twice.',
    tag,
    query: getSchema,
  });
  app.get('/v1/responses/:response_id', async (c) => {
    const { stream: streams, starting_after: after } = checkInput(getSchema, c.req.query());
    const run = await findRun(c);
    return streams ? stream(c, run, { after }) : c.json(await responseSoFar(context, run));
  });

  describe(app, 'POST /v1/responses/{response_id}/cancel', { summary: 'Stop a response', tag });
  app.post('/v1/responses/:response_id/cancel', async (c) => {
    const run = await findRun(c);
    const ids = idsOf(run);
    await cancelRun(context, ids);
    for await (const _ of watchRun(context, { ...ids, signal: c.req.raw.signal }));
    return c.json(await responseSoFar(context, run));
  });

  describe(app, 'GET /v1/responses/{response_id}/input_items', {
    summary: 'List what a response was asked',
    tag,
    query: listSchema,
  });
  app.get('/v1/responses/:response_id/input_items', async (c) => {
    const query = checkInput(listSchema, c.req.query());
    return c.json(pageOf(inputItemsOf(await findRun(c)), query));
  });

  describe(app, 'DELETE /v1/responses/{response_id}', { summary: 'Delete a response', tag });
  app.delete('/v1/responses/:response_id', async (c) => {
    await deleteResponse(context, await findRun(c));
    return c.json({ id: c.req.param('response_id'), object: 'response', deleted: true });
  });

  return app;

  async function findRun(c: Context<HttpEnv>): Promise<Run> {
    const id = c.req.param('response_id') ?? '';
    const run = await getRun(context.db, runIdOf(id));
    if (!run || !askedOf(run).store) throw noSuch('response', id, 'response_id');
    c.set('threadId', run.thread_id);
    c.set('runId', run.run_id);
    return run;
  }

  function openLog(run: HeadedRun): ResponseLog {
    const threadId = askedOf(run).store ? run.thread_id : null;
    return openResponseLog(responseHead(run), { stateAt: savedStates(context), threadId });
  }

  function watch(run: HeadedRun, signal: AbortSignal): AsyncGenerator<LoggedEvent> {
    return watchRun(context, { ...idsOf(run), signal });
  }

  function stream(c: Context<HttpEnv>, run: HeadedRun, { after }: { after?: number | undefined }): Response {
    const log = openLog(run);
    return streamAnswer(c, (signal) => responseFrames(log, watch(run, signal), after), {
      wire: serverSentEvents,
      onLeave: () => leave(c, run),
      onError: (error) => {
        if (!(error instanceof CallerError)) c.get('log').error({ err: error }, 'a stream failed');
        return errorFrame(log, error);
      },
    });
  }

  async function complete(c: Context<HttpEnv>, run: HeadedRun): Promise<Response> {
    const { signal } = c.req.raw;
    signal.addEventListener('abort', () => leave(c, run), { once: true });
    const log = openLog(run);
    log.begin();
    for await (const event of watch(run, signal)) {
      await log.next(event);
      if (event.type !== 'turn-error') continue;
      c.header('X-Should-Retry', 'false');
      return answerErrorObject(c, faultOfTurn(event));
    }
    if (log.ended) return c.json(log.response());
    throw new CallerError('unavailable', 'The turn was stopped before it came to its end.');
  }

  /** A response that can be found again, since it is kept or has an idempotency key, goes on without its client. */
  function leave(c: Context<HttpEnv>, run: HeadedRun): void {
    if (!askedOf(run).store && !comesAgain(c)) cancelOnLeave(context, c.get('log'), idsOf(run));
  }
}

function idsOf({ thread_id, run_id }: HeadedRun): { threadId: string; runId: string } {
  return { threadId: thread_id, runId: run_id };
}
