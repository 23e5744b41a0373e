import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { CallerError } from '../../errors.ts';
import { watchRun } from '../../turn/watch-run.ts';
import { acceptOnce } from '../accept-once.ts';
import { cancelOnLeave, comesAgain } from '../cancel-on-leave.ts';
import { checkInput } from '../check-input.ts';
import { describe } from '../describe.ts';
import { faultOf } from '../fault.ts';
import type { HttpEnv } from '../http-env.ts';
import { savedStates } from '../langgraph/saved-states.ts';
import { readBody } from '../read-body.ts';
import { serverSentEvents, streamAnswer } from '../stream-answer.ts';
import { answerErrorObject, errorObject } from './answer-error-object.ts';
import { type CompletionHead, completionOf } from './completion.ts';
import { completionChunks } from './completion-chunks.ts';
import {
  type CompletionRequest,
  completionRequestSchema,
  earlierMessages,
  newMessage,
} from './completion-request.ts';
import { completionSchema } from './completion-schema.ts';
import { faultOfTurn } from './fault-of-turn.ts';
import { findModel } from './model-routes.ts';

const metadataSchema = z.object({
  metadata: z.object({
    thread_id: z.guid('expected a UUID').toLowerCase().optional(),
    graph_version: z.enum(['pinned', 'newest'], 'expected pinned or newest').default('pinned'),
  }),
});

/** OpenAI's chat completions: `model` names a graph, and a completion is a turn. */
export function completionRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();

  describe(app, 'POST /v1/chat/completions', {
    summary: 'Answer a conversation',
    description:
      'Streams when `stream` is true. `metadata.thread_id`, or the header X-Thread-Id, continues a thread. The field `baton` of the answer says which agents spoke and what the answer rests on.',
    tag: 'OpenAI',
    body: completionRequestSchema,
    answer: completionSchema,
    example: {
      model: 'films',
      messages: [{ role: 'user', content: 'How many films are longer than two hours?' }],
    },
  });
  app.post('/v1/chat/completions', async (c) => {
    const request = await readBody(c, completionRequestSchema);
    const head = await startTurn(c, request);
    return request.stream ? stream(c, head, request) : complete(c, head);
  });

  return app;

  async function startTurn(c: Context<HttpEnv>, request: CompletionRequest): Promise<CompletionHead & Ids> {
    const { name: graph } = findModel(context.graphs, request.model);
    const asked = request.metadata?.thread_id ?? c.req.header('x-thread-id');
    const { messages: _messages, ...kwargs } = request;
    const { thread_id: _thread, graph_version: wanted, ...metadata } = request.metadata ?? {};
    const given = checkInput(metadataSchema, { metadata: { thread_id: asked, graph_version: wanted } });
    const { thread_id, graph_version: version } = given.metadata;
    const ids = await acceptOnce(context, c, async () => ({
      graph,
      ...(thread_id ? { threadId: thread_id } : { history: earlierMessages(request) }),
      ifNotExists: 'create',
      input: [newMessage(request)],
      version,
      metadata,
      kwargs: JSON.parse(JSON.stringify(kwargs)), // without the absent fields, it is JSON
      multitask: 'enqueue',
      temporary: !thread_id,
    }));
    const created = Math.floor(Date.now() / 1000);
    return { ids, runId: ids.runId, threadId: thread_id ?? null, model: graph, created };
  }

  function stream(c: Context<HttpEnv>, head: CompletionHead & Ids, request: CompletionRequest): Response {
    const includeUsage = request.stream_options?.include_usage ?? false;
    const options = { includeUsage, stateAt: savedStates(context) };
    const chunks = (signal: AbortSignal) =>
      completionChunks(watchRun(context, { ...head.ids, signal }), head, options);
    return streamAnswer(c, chunks, {
      wire: serverSentEvents,
      onLeave: () => leave(c, head),
      onError: (error) => {
        if (!(error instanceof CallerError)) c.get('log').error({ err: error }, 'a stream failed');
        return `data: ${JSON.stringify(errorObject(faultOf(error)))}\n\n`;
      },
    });
  }

  async function complete(c: Context<HttpEnv>, head: CompletionHead & Ids): Promise<Response> {
    const { signal } = c.req.raw;
    signal.addEventListener('abort', () => leave(c, head), { once: true });
    for await (const event of watchRun(context, { ...head.ids, signal })) {
      if (event.type === 'turn-end' || event.type === 'interrupted') return c.json(completionOf(head, event));
      if (event.type !== 'turn-error') continue;
      c.header('X-Should-Retry', 'false');
      return answerErrorObject(c, faultOfTurn(event));
    }
    throw new CallerError('unavailable', 'The turn was stopped before it came to its end.');
  }

  /** A turn that can be found again, by its thread or its idempotency key, goes on without its client. */
  function leave(c: Context<HttpEnv>, { ids, threadId }: CompletionHead & Ids): void {
    if (!threadId && !comesAgain(c)) cancelOnLeave(context, c.get('log'), ids);
  }
}

interface Ids {
  ids: { threadId: string; runId: string };
}
