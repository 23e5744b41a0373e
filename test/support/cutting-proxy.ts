import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

export interface CuttingProxy {
  url: string;
  /** After how many bytes of its body each of the next streams is cut off, in order; those after the last are left whole. */
  cutNext(...bytes: number[]): void;
  /** How many streams were cut so far. */
  cuts: number;
  stop(): void;
}

/** A way to a service on this machine whose connections break in the midst of server-sent events, as networks do. */
export async function startCuttingProxy(target: string): Promise<CuttingProxy> {
  const limits: number[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(new URL(target).port), '127.0.0.1');
    let left = Number.POSITIVE_INFINITY;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined); // the other side is told by the close
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on('data', (chunk: Buffer) => {
      const begins = chunk.includes('text/event-stream');
      if (begins) left = limits.shift() ?? Number.POSITIVE_INFINITY;
      const body = begins ? chunk.length - chunk.indexOf('\r\n\r\n') - 4 : chunk.length;
      const kept = chunk.length - Math.max(0, body - left);
      left -= body;
      client.write(chunk.subarray(0, kept), () => {
        if (left >= 0) return;
        proxy.cuts += 1;
        client.resetAndDestroy();
      });
      if (left < 0) upstream.removeAllListeners('data');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a server that listens on TCP
  const proxy: CuttingProxy = {
    url: `http://127.0.0.1:${port}`,
    cutNext: (...bytes) => void limits.push(...bytes),
    cuts: 0,
    stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
  return proxy;
}
