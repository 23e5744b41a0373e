import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '../../src/films/seeded-random.ts';

/** One request that asked the world to change. */
export interface Delivery {
  what: string;
  key: string;
  runId: string;
}

export interface EffectsServer {
  url: string;
  /** Every request, in the order in which they came. */
  deliveries: Delivery[];
  stop(): void;
}

/** The world outside: it takes its time, before it does something and before it says so. */
export async function startEffectsServer(random: SeededRandom): Promise<EffectsServer> {
  const deliveries: Delivery[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    await sleep(random.whole(0, 60));
    const delivery: Delivery = JSON.parse(text);
    deliveries.push(delivery);
    await sleep(random.whole(0, 60));
    response.end(`done ${delivery.what}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a server that listens on TCP
  return {
    url: `http://127.0.0.1:${port}/`,
    deliveries,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
