import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

/** Where a connection leads; undefined when there is nobody just now. */
export interface Target {
  host: string;
  port: number;
}

/** One connection that goes through. */
export interface Link {
  /** Breaks it, as a network does. */
  cut(): void;
  /** Nothing goes through any more, and neither side is told; what is on its way waits until `resume`. */
  stall(): void;
  resume(): void;
}

export interface TcpProxy {
  port: number;
  links: Set<Link>;
  cutAll(): void;
  /** Stalls the connections that there are and those that are made meanwhile. */
  stallAll(): void;
  resumeAll(): void;
  stop(): void;
}

/** A way to something on this network that breaks when it is told to. `onLink` hears of each connection. */
export async function startTcpProxy(
  target: () => Target | undefined,
  onLink: (link: Link) => void = () => undefined,
): Promise<TcpProxy> {
  const links = new Set<Link>();
  let stalled = false;
  const server = createServer((client) => {
    const to = target();
    if (!to) return void client.resetAndDestroy();
    const link = join(client, connect(to.port, to.host), () => links.delete(link));
    links.add(link);
    if (stalled) link.stall();
    onLink(link);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a server that listens on TCP
  return {
    port,
    links,
    cutAll() {
      for (const link of [...links]) link.cut();
    },
    stallAll() {
      stalled = true;
      for (const link of links) link.stall();
    },
    resumeAll() {
      stalled = false;
      for (const link of links) link.resume();
    },
    stop() {
      for (const link of [...links]) link.cut();
      server.close();
    },
  };
}

function join(client: Socket, upstream: Socket, onClose: () => void): Link {
  const both: [Socket, Socket][] = [
    [client, upstream],
    [upstream, client],
  ];
  let stalled = false;
  const pass = () => {
    for (const [from, to] of both) from.pipe(to);
  };
  for (const [one, other] of both) {
    one.setNoDelay(true);
    one.on('error', () => undefined); // the other side is told by the close
    one.on('close', () => {
      if (stalled) return; // the other side is told when it goes on
      onClose();
      other.destroy();
    });
  }
  pass();
  return {
    cut() {
      stalled = false;
      onClose();
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    },
    stall() {
      stalled = true;
      for (const [from, to] of both) {
        from.unpipe(to);
        from.pause();
      }
    },
    resume() {
      if (!stalled) return;
      stalled = false;
      if (client.destroyed || upstream.destroyed) return this.cut();
      pass();
    },
  };
}
