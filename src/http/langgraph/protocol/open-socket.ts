import { upgradeWebSocket } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import type { WebSocket } from 'ws';
import type { AppContext } from '../../../app-context.ts';
import type { HttpEnv } from '../../http-env.ts';
import { openSession, type Session } from './socket-session.ts';

const threadIdPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Opens a socket for a thread. What is wrong is told by a close code, 4000 and the HTTP status: browsers see no other answer. */
export function openSocket(context: AppContext): MiddlewareHandler<HttpEnv> {
  return upgradeWebSocket((c) => {
    const threadId = (c.req.param('thread_id') ?? '').toLowerCase();
    const log = c.get('log');
    c.set('threadId', threadId);
    let session: Session | undefined;
    let leave: (() => void) | undefined;
    return {
      onOpen(_, { raw }) {
        leave = c.get('streams').enter('socket');
        const socket = raw as unknown as WebSocket; // serve hands in a WebSocketServer of ws
        if (threadIdPattern.test(threadId)) session = openSession({ context, log, threadId }, socket);
        else socket.close(4422, 'thread_id: expected a UUID');
      },
      onMessage({ data }) {
        session?.receive(data);
      },
      onClose() {
        session?.end();
        leave?.();
      },
    };
  });
}
