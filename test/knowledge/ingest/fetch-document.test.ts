import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchDocument } from '../../../src/knowledge/ingest/fetch-document.ts';

let server: Server;
let base = '';
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/moved') response.writeHead(302, { location: '/a%20report.md' }).end();
    else if (request.url === '/inside') response.writeHead(302, { location: 'http://192.0.2.1/' }).end();
    else if (request.url === '/none') response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': 'text/markdown' }).end('# A report');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // of a server that listens
});
afterAll(() => server.close());

const options = { maxBytes: 100, allow: ['127.0.0.1'], timeoutMs: 5_000 };

test('a document comes with its type, its name, and where it was in the end', async () => {
  const { bytes, ...rest } = await fetchDocument(`${base}/moved`, options);
  expect(Buffer.from(bytes).toString()).toBe('# A report');
  expect(rest).toEqual({ contentType: 'text/markdown', url: `${base}/a%20report.md`, name: 'a report.md' });
});

test.each([
  ['what is not there', '/none', {}, 'unprocessable', '404'],
  ['what is longer than it may be', '/long', { maxBytes: 5 }, 'too-large', '5 bytes'],
  ['what redirects to where nobody may be sent', '/inside', { reasons: true }, 'unprocessable', 'not public'],
  ['an address of this machine', '/', { allow: [] }, 'unprocessable', 'cannot be fetched'],
])('%s is refused with why', async (_, path, more, code, why) => {
  await expect(fetchDocument(`${base}${path}`, { ...options, ...more })).rejects.toMatchObject({
    code,
    message: expect.stringContaining(why),
  });
});
