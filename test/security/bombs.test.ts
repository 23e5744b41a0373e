import type { AddressInfo } from 'node:net';
import net from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { ServerType } from '@hono/node-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listen, serverLimits } from '../../src/http/listen.ts';
import { openSocketServer } from '../../src/http/socket-server.ts';
import { growthOf, mostGrowth } from '../support/growth.ts';
import { say } from '../support/scripted-model.ts';
import { startService, type TestService } from '../support/start-service.ts';

let service: TestService;
let server: ServerType;
let port: number;

/** As the process listens, with less patience. */
const limits = { ...serverLimits(20), headersMs: 1_000, requestMs: 3_000, everyMs: 50 };

beforeAll(async () => {
  service = await startService({
    settings: { BATON_LIMITS: 'off', BATON_AUTH: 'local' },
    chat: async () => say('Yes.'),
  });
  server = await listen({
    fetch: service.app.fetch,
    host: '127.0.0.1',
    port: 0,
    limits,
    sockets: openSocketServer(),
  });
  ({ port } = server.address() as AddressInfo); // it listens on TCP
});
afterAll(async () => {
  server.close();
  await service.stop();
});

/** Writes bytes and resolves with all that comes back until the connection ends, or a while has passed. */
function raw(parts: (string | Buffer)[], { forMs = 10_000, everyMs = 0 } = {}): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    let answer = '';
    const timer = setTimeout(() => socket.destroy(), forMs);
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.on('error', () => undefined); // it is cut off
    socket.on('close', () => {
      clearTimeout(timer);
      clearInterval(writing);
      resolve(answer);
    });
    const left = [...parts];
    const write = () => {
      const next = left.shift();
      if (next !== undefined && socket.writable) socket.write(next);
    };
    const writing = setInterval(write, everyMs || 1);
    write();
  });
}

const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
const head = (...lines: string[]) =>
  `POST /threads/count HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${lines.join('\r\n')}${lines.length > 0 ? '\r\n' : ''}`;
const lives = async () => expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);

test('heads that are too long, or have too much in them, are refused before anything reads them', async () => {
  const bombs = {
    'one long header': head(`X-Long: ${'x'.repeat(20_000)}`),
    'a long address': `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n`,
    'three thousand headers': head(...Array.from({ length: 3_000 }, (_, at) => `X-${at}: 1`)),
    'a thousand cookies': head(
      `Cookie: ${Array.from({ length: 2_000 }, (_, at) => `c${at}=xxxx`).join('; ')}`,
    ),
  };
  for (const [what, bomb] of Object.entries(bombs)) {
    expect(statusOf(await raw([`${bomb}\r\n`])), what).toBe(431);
  }
  await lives();
});

test('requests that two servers could read in two ways are refused', async () => {
  const smuggled = {
    'a length and chunks':
      head('Content-Length: 4', 'Transfer-Encoding: chunked', 'Content-Type: application/json') +
      '\r\n0\r\n\r\n',
    'two lengths': `${head('Content-Length: 2', 'Content-Length: 20', 'Content-Type: application/json')}\r\n{}`,
    'a negative length': `${head('Content-Length: -1')}\r\n`,
    'chunks of nonsense': `${head('Transfer-Encoding: chunked')}\r\nzz\r\n{}\r\n0\r\n\r\n`,
    'an unknown transfer encoding': `${head('Transfer-Encoding: xchunked')}\r\n{}`,
    'a header with a line break': `${head('X-A: b\rX-Evil: c')}\r\n`,
    'a space before the colon': `${head('Content-Length : 2')}\r\n{}`,
    'no host': 'GET /health HTTP/1.1\r\n\r\n',
    'another protocol': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'bytes of TLS': Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00]).toString('latin1'),
  };
  for (const [what, bytes] of Object.entries(smuggled)) {
    const answer = await raw([Buffer.from(bytes, 'latin1')], { forMs: 8_000 });
    expect([400, 408, 505], `${what}: ${answer.slice(0, 100)}`).toContain(statusOf(answer));
  }
  await lives();
});

test('who sends a head or a body drop by drop is cut off', async () => {
  const drops = Array.from({ length: 1_500 }, () => 'X-A: b\r\n');
  const before = performance.now();
  const [slowHead, slowBody] = await Promise.all([
    raw([head(), ...drops], { everyMs: 30, forMs: 40_000 }),
    raw(
      [
        `${head('Content-Type: application/json', 'Content-Length: 1000')}\r\n`,
        ...Array.from({ length: 1_500 }, () => ' '),
      ],
      { everyMs: 30, forMs: 40_000 },
    ),
  ]);
  expect(performance.now() - before).toBeLessThan(20_000); // all of it would take 40 s
  expect([408, Number.NaN]).toContain(statusOf(slowHead));
  expect([408, Number.NaN]).toContain(statusOf(slowBody));
  await lives();
});

test('a body without end is cut off behind a megabyte', async () => {
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
  const answer = await raw([
    `${head('Content-Type: application/json', 'Transfer-Encoding: chunked')}\r\n`,
    ...Array.from({ length: 200 }, () => chunk),
  ]);
  expect([413, Number.NaN]).toContain(statusOf(answer));
  await lives();
});

test('a body that is packed is not unpacked, whatever it says of itself', async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000, 0x20));
  expect(bomb.length).toBeLessThan(100_000);
  const packed = {
    gzip: gzipSync('{}'),
    'x-gzip': gzipSync('{}'),
    deflate: deflateSync('{}'),
    br: brotliCompressSync('{}'),
    'gzip, gzip': gzipSync(gzipSync('{}')),
  };
  const count = async (encoding: string, body: Buffer | string): Promise<number> => {
    const response = await fetch(`http://127.0.0.1:${port}/threads/count`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': encoding },
      body,
    });
    await response.text();
    return response.status;
  };
  expect(await count('identity', '{}')).toBe(200); // so would the others be, unpacked
  for (const [encoding, body] of [...Object.entries(packed), ['identity', packed.gzip] as const])
    for (const each of [body, bomb]) {
      expect(await count(encoding, each), encoding).toBeGreaterThanOrEqual(400);
      expect(await count(encoding, each), encoding).toBeLessThan(500);
    }
  await lives();
});

test('bodies that are deep, or wide, take no longer than they are long, many at once', async () => {
  const bodies: [(length: number) => string, whole: number][] = [
    [(length) => '['.repeat(length) + ']'.repeat(length), 400_000],
    [(length) => `${'{"a":'.repeat(length)}1${'}'.repeat(length)}`, 150_000],
    [
      (length) => `{"metadata":{${Array.from({ length }, (_, at) => `"k${at}":1`).join(',')}}}`,
      60_000, // as many as fit into a megabyte
    ],
    [(length) => `{"ids":[${'"x",'.repeat(length)}"x"]}`, 200_000],
    [(length) => `{"limit":${'9'.repeat(length)}}`, 900_000],
    [(length) => `{"metadata":{"a":"${'\\u0041'.repeat(length)}"}}`, 160_000],
  ];
  const ask = async (body: string) => {
    const answers = await Promise.all(
      Array.from({ length: 3 }, () =>
        fetch(`http://127.0.0.1:${port}/threads/count`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        }),
      ),
    );
    for (const answer of answers) {
      expect(answer.status).toBeLessThan(500);
      const text = await answer.text();
      expect(text.length, 'the answer is not a bomb itself').toBeLessThan(300_000);
    }
  };
  for (const [write, whole] of bodies) {
    const growth = await growthOf((length) => ask(write(length)), whole);
    expect(growth, write(8).slice(0, 40)).toBeLessThan(mostGrowth);
  }
  await lives();
}, 120_000);

test('who opens streams by the hundred and leaves them keeps nobody else out', async () => {
  const address = `http://127.0.0.1:${port}`;
  const { thread_id } = (await (
    await fetch(`${address}/threads`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
  ).json()) as { thread_id: string };
  const left = new AbortController();
  const open = await Promise.allSettled(
    Array.from({ length: 300 }, () =>
      fetch(`${address}/threads/${thread_id}/stream/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"channels":["values"]}',
        signal: left.signal,
      }),
    ),
  );
  const statuses = open.map((one) => (one.status === 'fulfilled' ? one.value.status : 'cut'));
  expect(statuses.filter((status) => typeof status === 'number' && status >= 500 && status !== 503)).toEqual(
    [],
  );
  left.abort();
  await expect
    .poll(async () => (await fetch(`${address}/health`).catch(() => undefined))?.status, { timeout: 10_000 })
    .toBe(200);
}, 60_000);
