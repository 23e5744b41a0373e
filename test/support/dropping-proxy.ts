import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface DroppingProxy {
  url: string;
  /** How many answers were dropped so far. */
  dropped: number;
  stop(): void;
}

/** A way to a service whose answers get lost, `times` in a row for each request: the service has done what was asked, and nobody hears. */
export async function startDroppingProxy(target: string, times: number): Promise<DroppingProxy> {
  const seen = new Map<string, number>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer); // a request gives buffers
    const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
      ['host', 'connection', 'content-length'].includes(name) ? [] : [[name, String(value)]],
    );
    const body = Buffer.concat(chunks);
    const { method = 'GET', url = '/' } = request;
    const answer = await fetch(`${target}${url}`, { method, headers, ...(body.length > 0 && { body }) });
    const text = await answer.text();
    const which = `${method} ${url} ${request.headers['idempotency-key']}`;
    const before = seen.get(which) ?? 0;
    seen.set(which, before + 1);
    if (before < times) {
      proxy.dropped += 1;
      response.destroy();
      return;
    }
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a server that listens on TCP
  const proxy: DroppingProxy = {
    url: `http://127.0.0.1:${port}`,
    dropped: 0,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
  return proxy;
}
