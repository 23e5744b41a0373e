import type { WebSocketServerLike } from '@hono/node-server';
import { WebSocketServer } from 'ws';

/** Frames may be as large as bodies: see `limitBody`. A larger one closes its socket with code 1009. */
const mostInFrame = 1024 * 1024;

export type SocketServer = WebSocketServerLike & Pick<WebSocketServer, 'clients'>;

/** What takes over the connections that ask for a WebSocket, for the server that the service listens with. */
export function openSocketServer(): SocketServer {
  const server: unknown = new WebSocketServer({ noServer: true, maxPayload: mostInFrame });
  return server as SocketServer; // it is one, though the types of two libraries write it differently
}
