import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { deleteThreads } from '../../db/delete-idle-threads.ts';
import { createThread, getThread, patchThread, type Thread } from '../../db/threads.ts';
import { CallerError } from '../../errors.ts';
import { newId } from '../../new-id.ts';
import { readState } from '../../turn/thread-state.ts';
import { checkInput } from '../check-input.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { readBody } from '../read-body.ts';
import { unsupported } from '../unsupported.ts';
import { itemsOf, listSchema, pageOf } from './list-items.ts';
import { conversationIdOf, noSuch, threadIdOf } from './response-ids.ts';

const tag = 'OpenAI';
const metadata = z.record(z.string(), z.string()).nullish();
const createSchema = z.object({
  metadata,
  items: unsupported('a conversation that begins with items: send them with its first response'),
});
const updateSchema = z.object({ metadata });

/** OpenAI's conversations: each is a thread. */
export function conversationRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();
  const { db } = context;
  const { ttl } = context.config.retention;

  describe(app, 'POST /v1/conversations', { summary: 'Begin a conversation', tag, body: createSchema });
  app.post('/v1/conversations', async (c) => {
    const request = await readBody(c, createSchema);
    const threadId = newId();
    const made = await createThread(db, { threadId, metadata: request.metadata ?? {}, ...(ttl && { ttl }) });
    if (!made) throw new Error(`The id ${threadId} was taken.`);
    c.set('threadId', threadId);
    return c.json(toConversation(made));
  });

  describe(app, 'GET /v1/conversations/{conversation_id}', { summary: 'Get a conversation', tag });
  app.get('/v1/conversations/:conversation_id', async (c) => c.json(toConversation(await find(c))));

  describe(app, 'POST /v1/conversations/{conversation_id}', {
    summary: 'Add to the metadata of a conversation',
    tag,
    body: updateSchema,
  });
  app.post('/v1/conversations/:conversation_id', async (c) => {
    const { thread_id } = await find(c);
    const request = await readBody(c, updateSchema);
    const patched = await patchThread(db, thread_id, request.metadata ?? {});
    if (!patched) throw none(c);
    return c.json(toConversation(patched));
  });

  describe(app, 'DELETE /v1/conversations/{conversation_id}', { summary: 'Delete a conversation', tag });
  app.delete('/v1/conversations/:conversation_id', async (c) => {
    const { thread_id } = await find(c);
    if ((await deleteThreads(db, [thread_id])).length === 0) {
      throw new CallerError('conflict', 'A response has not ended: cancel it first.');
    }
    return c.json({ id: conversationIdOf(thread_id), object: 'conversation.deleted', deleted: true });
  });

  describe(app, 'GET /v1/conversations/{conversation_id}/items', {
    summary: 'List what was said in a conversation',
    tag,
    query: listSchema,
  });
  app.get('/v1/conversations/:conversation_id/items', async (c) => {
    const query = checkInput(listSchema, c.req.query());
    const state = await readState(context, (await find(c)).thread_id);
    return c.json(pageOf(itemsOf(state?.values.messages ?? []), query));
  });

  return app;

  async function find(c: Context<HttpEnv>): Promise<Thread> {
    const thread = await getThread(db, threadIdOf(c.req.param('conversation_id') ?? ''));
    if (!thread || thread.temporary) throw none(c);
    c.set('threadId', thread.thread_id);
    return thread;
  }
}

function none(c: Context<HttpEnv>): CallerError {
  return noSuch('conversation', c.req.param('conversation_id') ?? '', 'conversation_id');
}

function toConversation({ thread_id, created_at, metadata }: Thread): object {
  const id = conversationIdOf(thread_id);
  return { id, object: 'conversation', created_at: Math.floor(created_at.getTime() / 1000), metadata };
}
