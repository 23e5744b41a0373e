import { randomUUID } from 'node:crypto';
import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { deleteThreads } from '../../db/delete-idle-threads.ts';
import { createThread, getThread, patchThread, type Thread } from '../../db/threads.ts';
import { CallerError } from '../../errors.ts';
import type { ManualUpdate } from '../../turn/plan-update.ts';
import { updateState } from '../../turn/update-state.ts';
import { checkInput } from '../check-input.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { jsonObjectSchema } from '../json-schema.ts';
import { readBody } from '../read-body.ts';
import { readThreadId } from '../read-params.ts';
import { noThread } from './no-thread.ts';
import { toUpdate, updateValuesSchema } from './read-update.ts';
import { wireThread } from './wire-thread.ts';
import { ttlSchema, wireTtl } from './wire-ttl.ts';

const tag = 'LangGraph: threads';
const superstepSchema = z
  .object({
    updates: z
      .array(
        z.object({
          values: updateValuesSchema,
          command: z.strictObject({ update: updateValuesSchema }, 'expected { update }').nullish(),
          as_node: z.string().nullish(),
        }),
      )
      .length(1, 'expected one update: agents take turns'),
  })
  .transform(({ updates: [{ values, command, as_node: asNode } = {}] }) =>
    toUpdate(command?.update ?? values, { asNode }),
  );
const createSchema = z.object({
  thread_id: z.guid('expected a UUID').toLowerCase().nullish(),
  metadata: jsonObjectSchema.nullish(),
  if_exists: z.enum(['raise', 'do_nothing']).nullish(),
  supersteps: z
    .array(superstepSchema)
    .max(1000)
    .nullish()
    .describe(
      'Updates of the state of the new thread, one after the other; metadata.graph_id names its graph.',
    ),
  ttl: ttlSchema,
});
const patchSchema = z.object({ metadata: jsonObjectSchema.nullish(), ttl: ttlSchema });
const getSchema = z.object({ include: z.string().optional().describe('ttl') });

/** Threads: made, looked at, changed, deleted. */
export function threadRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const { db } = context;
  const app = new OpenAPIHono<HttpEnv>();

  describe(app, 'POST /threads', { summary: 'Make a thread', tag, body: createSchema });
  app.post('/threads', async (c) => {
    const { thread_id, metadata, if_exists, ttl, supersteps } = await readBody(c, createSchema);
    const threadId = thread_id ?? randomUUID();
    const kept = ttl === undefined ? context.config.retention.ttl : ttl;
    const made = await createThread(db, { threadId, metadata: metadata ?? {}, ...(kept && { ttl: kept }) });
    if (!made && if_exists !== 'do_nothing') {
      throw new CallerError('conflict', `There is a thread ${threadId} already.`);
    }
    if (made && supersteps?.length) await fill(threadId, supersteps);
    const thread = made && !supersteps?.length ? made : await getThread(db, threadId);
    return c.json(await wireThread(context, found(thread, threadId)));
  });

  describe(app, 'GET /threads/{thread_id}', { summary: 'Get a thread', tag, query: getSchema });
  app.get('/threads/:thread_id', async (c) => {
    const threadId = readThreadId(c);
    const { include = '' } = checkInput(getSchema, c.req.query());
    const thread = found(await getThread(db, threadId), threadId);
    const ttl = include.split(',').includes('ttl') && { ttl: wireTtl(thread) };
    return c.json({ ...(await wireThread(context, thread)), ...ttl });
  });

  describe(app, 'PATCH /threads/{thread_id}', {
    summary: 'Add to the metadata, or say how long the thread is kept',
    tag,
    body: patchSchema,
  });
  app.patch('/threads/:thread_id', async (c) => {
    const threadId = readThreadId(c);
    const { metadata, ttl } = await readBody(c, patchSchema);
    const patched = found(await patchThread(db, threadId, metadata ?? {}, ttl), threadId);
    if (/\breturn=minimal\b/i.test(c.req.header('prefer') ?? '')) {
      c.header('Preference-Applied', 'return=minimal');
      return c.body(null, 204);
    }
    return c.json(await wireThread(context, patched));
  });

  describe(app, 'DELETE /threads/{thread_id}', { summary: 'Delete a thread', tag, answers: 'nothing' });
  app.delete('/threads/:thread_id', async (c) => {
    const threadId = readThreadId(c);
    if ((await deleteThreads(db, [threadId])).length === 0) {
      found(await getThread(db, threadId), threadId);
      throw new CallerError('conflict', 'A run of this thread has not ended: cancel it first.');
    }
    return c.body(null, 204);
  });

  return app;

  /** A thread whose states cannot be made is not made. */
  async function fill(threadId: string, updates: ManualUpdate[]): Promise<void> {
    try {
      await updateState(context, threadId, updates);
    } catch (error) {
      await deleteThreads(db, [threadId]);
      throw error;
    }
  }
}

function found(thread: Thread | undefined, threadId: string): Thread {
  if (!thread) throw noThread(threadId);
  return thread;
}
