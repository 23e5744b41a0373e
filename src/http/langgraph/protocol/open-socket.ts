import { AsyncLocalStorage } from 'node:async_hooks';
import { upgradeWebSocket } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import type { WebSocket } from 'ws';
import type { AppContext } from '../../../app-context.ts';
import type { HttpEnv } from '../../http-env.ts';
import type { Session } from './socket-session.ts';

const threadIdPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Opens a socket for a thread. What is wrong is told by a close code, 4000 and the HTTP status: browsers see no other answer. */
export function openSocket(context: AppContext): MiddlewareHandler<HttpEnv> {
  return upgradeWebSocket(async (c) => {
    const { openSession } = await import('./socket-session.ts');
    const threadId = (c.req.param('thread_id') ?? '').toLowerCase();
    const log = c.get('log');
    c.set('threadId', threadId);
    const onBehalf = AsyncLocalStorage.snapshot(); // what comes over the socket comes from who opened it
    let session: Session | undefined;
    let leave: (() => void) | undefined;
    return {
      onOpen(_, { raw }) {
        leave = c.get('streams').enter('socket');
        const socket = raw as unknown as WebSocket; // serve hands in a WebSocketServer of ws
        const open = () => openSession({ context, log, threadId, mayGoOn: c.get('mayGoOn') }, socket);
        if (threadIdPattern.test(threadId)) session = onBehalf(open);
        else socket.close(4422, 'thread_id: expected a UUID');
      },
      onMessage({ data }) {
        onBehalf(() => session?.receive(data));
      },
      onClose() {
        onBehalf(() => session?.end());
        leave?.();
      },
    };
  });
}
