import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { getThread } from '../../db/threads.ts';
import { CallerError } from '../../errors.ts';
import { readHistory, readState } from '../../turn/thread-state.ts';
import { checkInput } from '../check-input.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { jsonObjectSchema } from '../json-schema.ts';
import { readBody } from '../read-body.ts';
import { readThreadId } from '../read-params.ts';
import { noThread } from './no-thread.ts';
import { wireState } from './wire-state.ts';

const tag = 'LangGraph: states';
const checkpointSchema = z.object({ checkpoint: z.object({ checkpoint_id: z.string().nullish() }) });
const historySchema = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(10),
  before: z
    .union([
      z.string(),
      z.object({ checkpoint_id: z.string() }).transform(({ checkpoint_id }) => checkpoint_id),
      z
        .object({ configurable: z.object({ checkpoint_id: z.string() }) })
        .transform(({ configurable }) => configurable.checkpoint_id),
    ])
    .nullish()
    .describe('Only states before this checkpoint.'),
  metadata: jsonObjectSchema.nullish().describe('Only states whose metadata contain this.'),
});

/** What threads looked like, now and after each step. */
export function stateRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();

  describe(app, 'GET /threads/{thread_id}/state', { summary: 'Get the state now', tag });
  app.get('/threads/:thread_id/state', async (c) => c.json(await stateOf(readThreadId(c))));

  describe(app, 'GET /threads/{thread_id}/state/{checkpoint_id}', { summary: 'Get a saved state', tag });
  app.get('/threads/:thread_id/state/:checkpoint_id', async (c) =>
    c.json(await stateOf(readThreadId(c), c.req.param('checkpoint_id'))),
  );

  describe(app, 'POST /threads/{thread_id}/state/checkpoint', {
    summary: 'Get a saved state',
    tag,
    body: checkpointSchema,
  });
  app.post('/threads/:thread_id/state/checkpoint', async (c) => {
    const { checkpoint } = await readBody(c, checkpointSchema);
    return c.json(await stateOf(readThreadId(c), checkpoint.checkpoint_id ?? undefined));
  });

  describe(app, 'GET /threads/{thread_id}/history', {
    summary: 'Get the saved states, newest first',
    tag,
    answer: z.array(z.looseObject({})),
    query: z.object({ limit: historySchema.shape.limit, before: z.string().optional() }),
  });
  app.get('/threads/:thread_id/history', async (c) =>
    c.json(await historyOf(readThreadId(c), checkInput(historySchema, c.req.query()))),
  );

  describe(app, 'POST /threads/{thread_id}/history', {
    summary: 'Get the saved states, newest first',
    tag,
    answer: z.array(z.looseObject({})),
    body: historySchema,
  });
  app.post('/threads/:thread_id/history', async (c) =>
    c.json(await historyOf(readThreadId(c), await readBody(c, historySchema))),
  );

  return app;

  async function stateOf(threadId: string, checkpointId?: string): Promise<object> {
    await assertThread(threadId);
    const state = await readState(context, threadId, checkpointId);
    if (!state && checkpointId) throw new CallerError('not-found', `No checkpoint ${checkpointId}.`);
    return wireState(threadId, state);
  }

  async function historyOf(
    threadId: string,
    { limit, before, metadata }: z.output<typeof historySchema>,
  ): Promise<object[]> {
    await assertThread(threadId);
    const states = await readHistory(context, threadId, {
      limit,
      ...(before && { before }),
      ...(metadata && { metadata }),
    });
    return states.map((state) => wireState(threadId, state));
  }

  async function assertThread(threadId: string): Promise<void> {
    if (!(await getThread(context.db, threadId))) throw noThread(threadId);
  }
}
