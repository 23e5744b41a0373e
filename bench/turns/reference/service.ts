/**
 * The service that Baton is measured against: Hono, LangGraph with `createAgent`, LangChain's OpenAI client and the official Postgres
 * saver, put together as their documentation says. One route, which streams a turn as server-sent events.
 */
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { bearerAuth } from 'hono/bearer-auth';
import { streamSSE } from 'hono/streaming';
import { openGraph } from './graph.ts';
import { openPool } from './open-pool.ts';

const { DATABASE_URL, REFERENCE_DATA_DIR, REFERENCE_KEY = '', REFERENCE_WINDOW } = process.env;

const pool = openPool({ url: DATABASE_URL, folder: REFERENCE_DATA_DIR });
const graph = await openGraph(pool, REFERENCE_WINDOW ? Number(REFERENCE_WINDOW) : undefined);
const app = new Hono();

app.get('/health', (context) => context.json({ status: 'up' }));

app.use('/threads/*', bearerAuth({ token: REFERENCE_KEY }));

app.post('/threads/:thread/turns', async (context) => {
  const { message } = await context.req.json<{ message: string }>();
  return streamSSE(context, async (stream) => {
    const pieces = await graph.stream(
      { messages: [{ role: 'user', content: message }] },
      { configurable: { thread_id: context.req.param('thread') }, streamMode: 'messages', subgraphs: true },
    );
    for await (const [, [piece, { langgraph_node: node, lc_agent_name: agent }]] of pieces) {
      if (piece.type !== 'ai' || !piece.text) continue;
      await stream.writeSSE({
        event: 'token',
        data: JSON.stringify({ agent: agent ?? node, text: piece.text }),
      });
    }
    await stream.writeSSE({ event: 'end', data: '{}' });
  });
});

const server = serve(
  { fetch: app.fetch, port: Number(process.env.PORT ?? 0), hostname: '127.0.0.1' },
  ({ port }) => process.stdout.write(`listens on http://127.0.0.1:${port}\n\n`),
);

process.once('SIGTERM', () => {
  server.close();
  void pool.end().finally(() => process.exit(0));
});
