import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { keepAlive } from '../../../src/http/langgraph/protocol/keep-alive.ts';
import { socketWriter } from '../../../src/http/langgraph/protocol/socket-writer.ts';

const quick = { timeout: 15_000, interval: 10 };

/** Both ends of a connection. */
async function connect(options: { autoPong?: boolean } = {}) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a server that listens on TCP
  const accepted = once(server, 'connection');
  const client = new WebSocket(`ws://127.0.0.1:${port}`, options);
  const [socket] = (await accepted) as [WebSocket];
  if (client.readyState !== client.OPEN) await once(client, 'open');
  onTestFinished(() => {
    client.terminate();
    server.close();
  });
  return { client, socket };
}

test('who writes to a client that does not read waits for it, and holds little meanwhile', async () => {
  const { client, socket } = await connect();
  let read = 0;
  client.on('message', () => {
    read += 1;
  });
  client.pause();
  const write = socketWriter(socket, new AbortController().signal);
  const text = 'x'.repeat(100_000);
  let written = 0;
  const all = (async () => {
    for (; written < 300; written++) await write({ text });
  })();
  await vi.waitUntil(() => socket.bufferedAmount > 256 * 1024, quick);
  const then = written;
  expect(socket.bufferedAmount).toBeLessThan(400_000);
  expect(then).toBeLessThan(300);
  client.resume();
  await all;
  await vi.waitUntil(() => read === 300, quick);
});

test('who waits for a client that is gone goes on', async () => {
  const { client, socket } = await connect();
  client.pause();
  const ended = new AbortController();
  const write = socketWriter(socket, ended.signal);
  const text = 'x'.repeat(100_000);
  const all = (async () => {
    for (let count = 0; count < 300; count++) await write({ text });
  })();
  await vi.waitUntil(() => socket.bufferedAmount > 256 * 1024, quick);
  ended.abort();
  await all;
});

test('a client that answers stays, one that is gone without a word does not', async () => {
  const here = await connect();
  const gone = await connect({ autoPong: false });
  for (const { socket } of [here, gone]) onTestFinished(keepAlive(socket, 50));
  let pings = 0;
  here.client.on('ping', () => {
    pings += 1;
  });
  await once(gone.socket, 'close');
  await vi.waitUntil(() => pings >= 3, quick);
  expect(here.socket.readyState).toBe(WebSocket.OPEN);
});
