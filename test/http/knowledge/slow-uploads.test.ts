import type { AddressInfo } from 'node:net';
import net from 'node:net';
import type { ServerType } from '@hono/node-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listen, serverLimits } from '../../../src/http/listen.ts';
import { openSocketServer } from '../../../src/http/socket-server.ts';

let server: ServerType;
let port: number;
beforeAll(async () => {
  const limits = { ...serverLimits(10), headersMs: 500, requestMs: 500, uploadMs: 3_000, everyMs: 50 };
  const fetch = async (request: Request) => new Response(`${(await request.arrayBuffer()).byteLength} bytes`);
  server = await listen({ fetch, sockets: openSocketServer(), host: '127.0.0.1', port: 0, limits });
  ({ port } = server.address() as AddressInfo); // it listens on TCP
});
afterAll(() => void server.close());

const upload =
  'POST /api/v1/collections/c/documents?key=k HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n';

/** Sends a head and then a byte every so often, and resolves with what came back when the connection is closed. */
async function drip(head: string, bytes: number, everyMs: number): Promise<string> {
  const socket = net.connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (piece) => {
    answer += piece;
  });
  socket.on('error', () => undefined); // it is cut off
  socket.write(`${head}Connection: close\r\nContent-Length: ${bytes}\r\n\r\n`);
  let left = bytes;
  const timer = setInterval(() => {
    if (left-- > 0 && socket.writable) socket.write('x');
  }, everyMs);
  await new Promise((resolve) => socket.once('close', resolve)); // after an error, too
  clearInterval(timer);
  return answer;
}

test('a document may come for longer than other bodies, as long as some of it comes', async () => {
  expect(await drip(upload, 10, 100)).toContain('10 bytes');
  const put = 'PUT /api/v1/documents/d/content HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
  expect(await drip(put, 10, 100)).toContain('10 bytes');
});

test('a document of which nothing comes for a while is cut off, and one that takes all too long', async () => {
  expect(await drip(upload, 10, 10_000)).toMatch(/^(HTTP\/1\.1 408|$)/);
  expect(await drip(upload, 1_000, 100)).toMatch(/^(HTTP\/1\.1 408|$)/);
}, 60_000);

test('all other bodies have the time that they had', async () => {
  for (const head of [
    'POST /threads HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n',
    upload.replace('text/plain', 'application/json'),
    upload.replace('/documents', '/search'),
    upload.replace('POST', 'PATCH'),
  ])
    expect(await drip(head, 20, 100), head).toMatch(/^(HTTP\/1\.1 408|$)/);
});
