/**
 * Stands between a service and PostgreSQL and counts what passes. A process of its own, so that it takes nothing from what it counts:
 * `node count-proxy.ts HOST PORT`, with an IPC channel over which it says its port, and the traffic so far whenever it is asked.
 */
import { type AddressInfo, connect, createServer } from 'node:net';
import { countMessages, noTraffic } from './count-messages.ts';

const [host = '127.0.0.1', port = '5432'] = process.argv.slice(2);
const traffic = noTraffic();

const server = createServer({ noDelay: true }, (client) => {
  const database = connect({ host, port: Number(port), noDelay: true });
  const count = countMessages(traffic);
  client.on('data', (chunk) => {
    traffic.bytesSent += chunk.length;
  });
  database.on('data', count);
  client.pipe(database);
  database.pipe(client);
  for (const [one, other] of [
    [client, database],
    [database, client],
  ] as const) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port)); // listens on TCP
process.on('message', () => process.send?.(traffic));
process.on('disconnect', () => process.exit(0));
