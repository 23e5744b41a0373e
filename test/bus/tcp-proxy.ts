import { once } from 'node:events';
import net from 'node:net';

/** A way to a server that can be cut, and can fall silent with its connections open. */
export interface TcpProxy {
  port: number;
  /** Drops every connection and takes no new one. */
  cut(): void;
  /** Keeps every connection, takes new ones, and lets nothing through. */
  freeze(): void;
  /** Works again; what was frozen is dropped. */
  mend(): void;
  close(): Promise<void>;
}

export async function openProxy(to: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<net.Socket>();
  let mode: 'open' | 'cut' | 'frozen' = 'open';

  function carry(from: net.Socket, over: net.Socket): void {
    sockets.add(from);
    from.on('data', (chunk) => mode === 'open' && over.write(chunk));
    from.on('error', () => undefined);
    from.on('close', () => {
      sockets.delete(from);
      if (mode !== 'frozen') over.destroy();
    });
  }

  function dropAll(): void {
    for (const socket of sockets) socket.destroy();
  }

  const server = net.createServer((client) => {
    if (mode === 'cut') {
      client.destroy();
      return;
    }
    const upstream = net.connect(to);
    carry(client, upstream);
    carry(upstream, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as net.AddressInfo).port, // it listens on a port, so it has one
    cut() {
      mode = 'cut';
      dropAll();
    },
    freeze() {
      mode = 'frozen';
    },
    mend() {
      mode = 'cut';
      dropAll();
      mode = 'open';
    },
    async close() {
      mode = 'cut';
      dropAll();
      server.close();
      await once(server, 'close');
    },
  };
}
