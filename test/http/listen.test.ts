import net, { type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { listen, serverLimits } from '../../src/http/listen.ts';
import { openSocketServer } from '../../src/http/socket-server.ts';

test('a thousand clients that connect while the process is busy wait for nothing but it', {
  retry: 2,
}, async () => {
  const server = await listen({
    fetch: () => new Response('here'),
    sockets: openSocketServer(),
    host: '127.0.0.1',
    port: 0,
    limits: serverLimits(1_000),
  });
  const clients: net.Socket[] = [];
  onTestFinished(() => {
    for (const client of clients) client.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo; // a server that listens on TCP
  const began = performance.now();
  // All of them connect before the process accepts the first: what the system cannot hold comes again after a second.
  const times = Array.from({ length: 1_000 }, () => {
    const client = net.connect(port, '127.0.0.1');
    clients.push(client);
    return new Promise<number>((resolve, reject) => {
      client.once('connect', () => resolve(performance.now() - began)).once('error', reject);
    });
  });
  expect(Math.max(...(await Promise.all(times)))).toBeLessThan(1_000);
});
