import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import type { AppContext } from '../../../app-context.ts';
import { CallerError } from '../../../errors.ts';
import { describe } from '../../describe.ts';
import { faultOf } from '../../fault.ts';
import type { HttpEnv } from '../../http-env.ts';
import { markReplayed, readIdempotency } from '../../idempotency.ts';
import { readBody } from '../../read-body.ts';
import { readThreadId } from '../../read-params.ts';
import { MissingThreadError } from './command.ts';
import { commandSchema } from './command-schema.ts';
import { type EventFilter, eventFilterSchema } from './event-filter.ts';
import { openSocket } from './open-socket.ts';

const tag = 'LangGraph: protocol v2';

/** LangGraph's thread protocol: commands about a thread, and the events of a thread as server-sent events or on a WebSocket. */
export function protocolRoutes(context: AppContext): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>();

  describe(app, 'POST /threads/{thread_id}/commands', {
    summary: 'Send a command',
    description:
      'run.start, input.respond, state.get, state.listCheckpoints, state.fork or agent.getTree. A command that cannot be carried out is answered with 200 and `type: "error"`.',
    tag,
    body: commandSchema,
    example: {
      id: 1,
      method: 'run.start',
      params: { assistant_id: 'films', input: { messages: [{ role: 'user', content: 'How many films?' }] } },
    },
  });
  app.post('/threads/:thread_id/commands', async (c) => {
    const claim = await readIdempotency(c);
    const idempotency = claim && { claim, onReplay: () => markReplayed(c) };
    const where = {
      context,
      log: c.get('log'),
      threadId: readThreadId(c),
      passOn: hasStatus,
      ...(idempotency && { idempotency }),
    };
    const body = await readBody(c, z.json()).catch((error: unknown) => {
      if (error instanceof CallerError && error.code === 'invalid-request') return error;
      throw error;
    });
    const { answerCommand, errorFrame } = await import('./answer-command.ts');
    const frame =
      body instanceof CallerError ? errorFrame(where, null, body) : await answerCommand(where, body);
    return c.json({ ...frame });
  });

  describe(app, 'POST /threads/{thread_id}/stream/events', {
    summary: 'Stream the events of a thread',
    description:
      'From the first event, or behind `since`, and then as they come; the stream stays open between runs. The ids of events never change.',
    tag,
    body: eventFilterSchema,
    example: { channels: ['messages', 'lifecycle'] },
    answers: 'text/event-stream',
  });
  app.post('/threads/:thread_id/stream/events', async (c) => {
    const threadId = readThreadId(c);
    const filter = await readBody(c, eventFilterSchema);
    const since = sinceOf(c, filter);
    const { streamEvents } = await import('./stream-events.ts');
    return streamEvents(context, c, threadId, { ...filter, ...(since !== undefined && { since }) });
  });

  describe(app, 'GET /threads/{thread_id}/stream/events', {
    summary: 'Open a WebSocket for the commands and the events of a thread',
    description: 'Every frame is a JSON text. Without `Upgrade: websocket`, the answer is 426.',
    tag,
    answers: 'nothing',
  });
  app.get('/threads/:thread_id/stream/events', openSocket(context), (c) => {
    const detail =
      'This address is for WebSockets: ask with Upgrade: websocket, or POST for server-sent events.';
    return c.json({ detail, request_id: c.get('requestId') }, 426, { Upgrade: 'websocket' });
  });

  return app;
}

/** Errors that clients know by the status: a thread that is not there, a service that cannot take the command now. */
function hasStatus(error: unknown): boolean {
  const { status } = faultOf(error);
  return error instanceof MissingThreadError || status === 429 || status === 503;
}

/** Clients that know how to go on say where in a header. */
function sinceOf(c: Context, { since }: EventFilter): number | undefined {
  const last = c.req.header('last-event-id');
  return last && /^\d{1,16}$/.test(last) ? Math.max(since ?? 0, Number(last)) : since;
}
