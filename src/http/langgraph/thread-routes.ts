import { randomUUID } from 'node:crypto';
import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import {
  countThreads,
  createThread,
  deleteThread,
  getThread,
  patchThread,
  searchThreads,
  type Thread,
  type ThreadFilter,
} from '../../db/threads.ts';
import { CallerError } from '../../errors.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { jsonObjectSchema } from '../json-schema.ts';
import { readBody } from '../read-body.ts';
import { readThreadId } from '../read-params.ts';
import { unsupported } from '../unsupported.ts';
import { lookUpGraph } from './find-graph.ts';
import { noThread } from './no-thread.ts';
import { threadFields, wireThread } from './wire-thread.ts';

const tag = 'LangGraph: threads';
const createSchema = z.object({
  thread_id: z.guid('expected a UUID').toLowerCase().nullish(),
  metadata: jsonObjectSchema.nullish(),
  if_exists: z.enum(['raise', 'do_nothing']).nullish(),
  supersteps: unsupported('supersteps'),
  ttl: unsupported('ttl'),
});
const patchSchema = z.object({ metadata: jsonObjectSchema.nullish(), ttl: unsupported('ttl') });
const filterSchema = z.object({
  metadata: jsonObjectSchema
    .nullish()
    .describe('What the metadata must contain; graph_id and assistant_id too.'),
  ids: z.array(z.guid('expected a UUID')).max(1000).nullish(),
  status: z.enum(['idle', 'busy', 'interrupted', 'error']).nullish(),
  values: unsupported('a search by values'),
});
const searchSchema = filterSchema.extend({
  limit: z.int().min(1).max(1000).default(10),
  offset: z.int().min(0).max(1e9).default(0),
  sort_by: z.enum(['thread_id', 'status', 'created_at', 'updated_at']).nullish(),
  sort_order: z.enum(['asc', 'desc']).nullish(),
  select: z.array(z.enum(threadFields)).nullish(),
  extract: unsupported('extract'),
});

/** Threads: made, found, changed, deleted. Their states are in `state-routes.ts`. */
export function threadRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const { db, graphs } = context;
  const app = new OpenAPIHono<HttpEnv>();

  describe(app, 'POST /threads', { summary: 'Make a thread', tag, body: createSchema });
  app.post('/threads', async (c) => {
    const { thread_id, metadata, if_exists } = await readBody(c, createSchema);
    const threadId = thread_id ?? randomUUID();
    const made = await createThread(db, { threadId, metadata: metadata ?? {} });
    if (!made && if_exists !== 'do_nothing') {
      throw new CallerError('conflict', `There is a thread ${threadId} already.`);
    }
    return c.json(await wireThread(context, made ?? found(await getThread(db, threadId), threadId)));
  });

  describe(app, 'POST /threads/search', {
    summary: 'Find threads',
    tag,
    body: searchSchema,
    answer: z.array(z.looseObject({})),
  });
  app.post('/threads/search', async (c) => {
    const asked = await readBody(c, searchSchema);
    const { limit, offset, sort_by, sort_order, select } = asked;
    const page = { limit, offset, sortBy: sort_by ?? 'updated_at', sortOrder: sort_order ?? 'desc' } as const;
    const filter = toFilter(asked);
    const [threads, total] = [await searchThreads(db, filter, page), await countThreads(db, filter)];
    c.header('X-Pagination-Total', String(total));
    if (offset + threads.length < total) c.header('X-Pagination-Next', String(offset + threads.length));
    return c.json(
      await Promise.all(threads.map((thread) => wireThread(context, thread, select ?? undefined))),
    );
  });

  describe(app, 'POST /threads/count', {
    summary: 'Count threads',
    tag,
    body: filterSchema,
    answer: z.int(),
  });
  app.post('/threads/count', async (c) =>
    c.json(await countThreads(db, toFilter(await readBody(c, filterSchema)))),
  );

  describe(app, 'GET /threads/{thread_id}', { summary: 'Get a thread', tag });
  app.get('/threads/:thread_id', async (c) => {
    const threadId = readThreadId(c);
    return c.json(await wireThread(context, found(await getThread(db, threadId), threadId)));
  });

  describe(app, 'PATCH /threads/{thread_id}', { summary: 'Add to the metadata', tag, body: patchSchema });
  app.patch('/threads/:thread_id', async (c) => {
    const threadId = readThreadId(c);
    const { metadata } = await readBody(c, patchSchema);
    const patched = found(await patchThread(db, threadId, metadata ?? {}), threadId);
    return c.json(await wireThread(context, patched));
  });

  describe(app, 'DELETE /threads/{thread_id}', { summary: 'Delete a thread', tag, answers: 'nothing' });
  app.delete('/threads/:thread_id', async (c) => {
    const threadId = readThreadId(c);
    const outcome = await deleteThread(db, threadId);
    if (outcome === 'not-found') throw noThread(threadId);
    if (outcome === 'busy')
      throw new CallerError('conflict', 'A run of this thread has not ended: cancel it first.');
    await context.saver.deleteThread(threadId);
    return c.body(null, 204);
  });

  return app;

  /** `graph_id` and `assistant_id` are no metadata of ours, but what threads are found by. */
  function toFilter({ metadata, ids, status }: z.output<typeof filterSchema>): ThreadFilter {
    const { graph_id, assistant_id, ...rest } = metadata ?? {};
    const named = graph_id ?? assistant_id;
    const graph = typeof named === 'string' ? (lookUpGraph(graphs, named)?.name ?? named) : undefined;
    return {
      metadata: rest,
      ...(graph !== undefined && { graph }),
      ...(ids && { ids }),
      ...(status && { status }),
    };
  }
}

function found(thread: Thread | undefined, threadId: string): Thread {
  if (!thread) throw noThread(threadId);
  return thread;
}
