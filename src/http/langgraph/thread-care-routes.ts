import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { measureThread } from '../../checkpoint/measure-thread.ts';
import { deleteThreads } from '../../db/delete-idle-threads.ts';
import { getThread } from '../../db/threads.ts';
import { copyThread } from '../../turn/copy-thread.ts';
import { pruneThread } from '../../turn/prune-thread.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { readBody } from '../read-body.ts';
import { readThreadId } from '../read-params.ts';
import { noThread } from './no-thread.ts';
import { wireThread } from './wire-thread.ts';

const tag = 'LangGraph: threads';
const pruneSchema = z.object({
  thread_ids: z.array(z.guid('expected a UUID').toLowerCase()).max(1000),
  strategy: z
    .enum(['delete', 'keep_latest'], 'expected delete or keep_latest')
    .default('delete')
    .describe('Delete the threads, or all of their saved states but the newest.'),
});

/** What threads take and how they are kept small: copied, pruned, measured. */
export function threadCareRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const { db } = context;
  const app = new OpenAPIHono<HttpEnv>();

  describe(app, 'POST /threads/prune', {
    summary: 'Delete threads, or all of their states but the newest',
    description: 'Threads with a run that has not ended are left alone and not counted.',
    tag,
    body: pruneSchema,
  });
  app.post('/threads/prune', async (c) => {
    const { thread_ids, strategy } = await readBody(c, pruneSchema);
    const ids = [...new Set(thread_ids)].sort();
    if (strategy === 'delete') return c.json({ pruned_count: (await deleteThreads(db, ids)).length });
    let pruned = 0;
    for (const id of ids) if (await pruneThread(context, id)) pruned += 1;
    return c.json({ pruned_count: pruned });
  });

  describe(app, 'POST /threads/{thread_id}/copy', { summary: 'Copy a thread with its saved states', tag });
  app.post('/threads/:thread_id/copy', async (c) => {
    const threadId = readThreadId(c);
    const copy = await copyThread(context, threadId);
    if (!copy) throw noThread(threadId);
    return c.json(await wireThread(context, copy));
  });

  describe(app, 'GET /threads/{thread_id}/storage', { summary: 'Get what a thread takes, in bytes', tag });
  app.get('/threads/:thread_id/storage', async (c) => {
    const threadId = readThreadId(c);
    if (!(await getThread(db, threadId))) throw noThread(threadId);
    return c.json({ thread_id: threadId, ...(await measureThread(db, threadId)) });
  });

  return app;
}
