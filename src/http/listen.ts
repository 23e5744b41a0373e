import type { IncomingMessage, ServerResponse } from 'node:http';
import { createAdaptorServer, type ServerType } from '@hono/node-server';
import type { SocketServer } from './socket-server.ts';
import { isUpload } from './upload-paths.ts';

/** How long a client may take to send its request, in milliseconds, and how many may be connected. */
export interface ServerLimits {
  headersMs: number;
  requestMs: number;
  /** The same for one with a document; `requestMs` is then how long nothing of it may come. */
  uploadMs: number;
  /** How long a connection stays open for another request. */
  keepAliveMs: number;
  /** How often all of this is looked after. */
  everyMs: number;
  connections: number;
}

/** Connections beside those of streams and sockets. */
const spare = 1_000;

/** Connections that the system holds while the process is busy; beyond as many, clients try again after a second, or are reset. */
const backlog = 4_096;

/** Connections stay open for a little longer than proxies usually keep theirs, so that no request meets one that closes. */
export function serverLimits(maxStreams: number): ServerLimits {
  return {
    headersMs: 10_000,
    requestMs: 30_000,
    uploadMs: 600_000,
    keepAliveMs: 65_000,
    everyMs: 2_000,
    connections: maxStreams + spare,
  };
}

export interface Listening {
  fetch: Parameters<typeof createAdaptorServer>[0]['fetch'];
  sockets: SocketServer;
  host: string;
  port: number;
  limits: ServerLimits;
}

/**
 * Listens on TCP. A request whose head or body comes too slowly is answered with 408 and its connection closed; heads are at most
 * 16 kB long. Answers may take as long as they take. Rejects with the error of the system when nothing can listen there.
 */
export function listen({ fetch, sockets, host, port, limits }: Listening): Promise<ServerType> {
  const serverOptions = {
    headersTimeout: limits.headersMs,
    requestTimeout: limits.uploadMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: limits.everyMs,
    maxHeaderSize: 16 * 1024,
    keepAlive: true, // finds out about clients that are gone without a word
    keepAliveInitialDelay: 30_000,
    noDelay: true,
  };
  const options = { fetch, hostname: host, serverOptions, websocket: { server: sockets } };
  return new Promise((resolve, reject) => {
    const server = createAdaptorServer(options);
    server.maxConnections = limits.connections;
    server.prependListener('request', (request: IncomingMessage, answer: ServerResponse) =>
      endWhenSlow(request, answer, limits.requestMs),
    );
    server.on('error', reject);
    server.listen({ host, port, backlog }, () => resolve(server));
  });
}

/** Node has one patience for the bodies of all requests: that of documents. */
function endWhenSlow(request: IncomingMessage, answer: ServerResponse, ms: number): void {
  const { method = '', url = '', headers } = request;
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return;
  const end = () => {
    if (request.complete) return;
    if (!answer.headersSent) request.socket.write(tooSlow);
    request.socket.destroy();
  };
  const path = url.split('?')[0] ?? '';
  if (isUpload({ method, path, contentType: headers['content-type'] })) {
    request.setTimeout(ms, end);
    request.once('end', () => request.setTimeout(0));
    return;
  }
  const timer = setTimeout(end, ms);
  const stop = () => clearTimeout(timer);
  request.once('end', stop).once('close', stop);
}

const tooSlow = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n';
