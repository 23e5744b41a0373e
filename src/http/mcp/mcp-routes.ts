import { randomUUID } from 'node:crypto';
import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { AppContext } from '../../app-context.ts';
import { describe } from '../describe.ts';
import type { HttpEnv } from '../http-env.ts';
import { readIdempotency } from '../idempotency.ts';
import { readBody } from '../read-body.ts';
import { openCallsUnderWay } from './calls-under-way.ts';

/** Some clients end addresses with a slash. */
const paths = ['/mcp', '/mcp/'] as const;
const sessionHeader = 'mcp-session-id';
const bodySchema = z.union([z.looseObject({}), z.array(z.looseObject({}))], 'expected a JSON-RPC message');
const cancelledSchema = z.object({
  method: z.literal('notifications/cancelled'),
  params: z.object({ requestId: z.union([z.string(), z.number()]) }),
});

/**
 * The Model Context Protocol over streamable HTTP: every graph is a tool. Nothing is kept between requests, so any replica
 * answers any of them. A session is a name alone: by it, a client takes calls back that this process carries out.
 */
export function mcpRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();
  const calls = openCallsUnderWay();

  for (const path of paths) {
    describe(app, `POST ${path}`, {
      summary: 'Speak the Model Context Protocol: every graph is a tool',
      description: 'Streamable HTTP. `Accept` has both application/json and text/event-stream.',
      tag: 'MCP',
      body: z.looseObject({}),
      answers: 'text/event-stream',
      example: { jsonrpc: '2.0', id: 1, method: 'tools/list' },
    });
  }
  app.on('POST', [...paths], async (c) => {
    const parsedBody = await readBody(c, bodySchema);
    const messages = [parsedBody].flat();
    const session = c.req.header(sessionHeader);
    const claim = await readIdempotency(c);
    for (const message of messages) {
      const { data } = cancelledSchema.safeParse(message);
      if (data) calls.cancel(session, data.params.requestId);
    }
    const { openMcpServer, openMcpTransport } = await import('./open-mcp-server.ts');
    const transport = openMcpTransport();
    const server = openMcpServer(context, {
      log: c.get('log'),
      watchCancel: (requestId) => calls.watch(session, requestId),
      claimFor: (requestId) => claim && { ...claim, scope: `${claim.scope}#${requestId}` },
      onStart(ids) {
        c.set('threadId', ids.threadId);
        c.set('runId', ids.runId);
      },
    });
    await server.connect(transport);
    const answer = await transport.handleRequest(c.req.raw, { parsedBody });
    const begins = messages.some((message) => 'method' in message && message.method === 'initialize');
    if (begins && answer.ok) answer.headers.set(sessionHeader, randomUUID());
    return answer;
  });

  return app;
}
