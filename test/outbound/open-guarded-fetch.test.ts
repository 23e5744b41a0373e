import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openGuardedFetch } from '../../src/outbound/open-guarded-fetch.ts';
import { hostileAddresses } from './hostile-addresses.ts';

const maxBytes = 1_000;
const here = { allow: ['127.0.0.1'], maxBytes };

test.each(hostileAddresses)('%s is refused', async (address) => {
  await expect(openGuardedFetch({ allow: [], maxBytes })(address)).rejects.toThrow(
    expect.objectContaining({ name: 'RefusedAddressError' }),
  );
});

test('a name that leads inside is refused before anybody is asked, whatever else it leads to', async () => {
  const { port, asked } = await listen((_, answer) => answer.end());
  for (const address of ['127.0.0.1', '::1', '10.0.0.1', '169.254.169.254']) {
    const resolve = async () => [
      { address: '93.184.216.34', family: 4 },
      { address, family: address.includes(':') ? 6 : 4 },
    ];
    const ask = openGuardedFetch({ allow: [], maxBytes, resolve });
    const error = await ask(`http://models.test:${port}/`).catch((thrown) => thrown);
    expect(error.cause).toMatchObject({ name: 'RefusedAddressError' });
  }
  expect(asked()).toBe(0);
});

test('a redirect is an error, and nobody goes where it points', async () => {
  const inner = await listen((_, answer) => answer.end('secret'));
  for (const status of [301, 302, 303, 307, 308]) {
    const { url } = await listen((_, answer) => answer.writeHead(status, { location: inner.url }).end());
    await expect(openGuardedFetch(here)(url)).rejects.toThrow('fetch failed');
  }
  expect(inner.asked()).toBe(0);
});

test('an answer comes piece by piece, with the classes of the platform', async () => {
  let more: () => void = () => undefined;
  const { url } = await listen((request, answer) => {
    answer.writeHead(200, { 'retry-after': '7', 'x-got': `${request.method} ${request.headers['x-mine']}` });
    answer.write('one');
    more = () => answer.end('two');
  });
  const response = await openGuardedFetch(here)(url, {
    method: 'POST',
    headers: new Headers({ 'x-mine': 'yes' }),
    body: '{}',
  });
  expect(response).toBeInstanceOf(Response);
  expect(response.headers).toBeInstanceOf(Headers);
  expect([response.headers.get('x-got'), response.headers.get('retry-after')]).toEqual(['POST yes', '7']);
  const reader = response.body?.getReader();
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('one');
  more();
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('two');
});

test('an answer without end breaks off, packed or not', async () => {
  const { url } = await listen((_, answer) => {
    const go = () => {
      while (answer.writable && answer.write('x'.repeat(10_000)));
    };
    answer.on('drain', go);
    go();
  });
  const response = await openGuardedFetch(here)(url);
  await expect(response.text()).rejects.toThrow('The answer is too long.');
});

test('who asks may stop', async () => {
  const { url } = await listen((_, answer) => void answer.write('x'));
  const abort = new AbortController();
  const response = await openGuardedFetch(here)(url, { signal: abort.signal });
  const reason = new Error('the user went away');
  abort.abort(reason);
  await expect(response.text()).rejects.toThrow();
});

test('an answer without a body has none', async () => {
  const { url } = await listen((_, answer) => answer.writeHead(204).end());
  expect((await openGuardedFetch(here)(url)).status).toBe(204);
});

/** A server on loopback that counts who asked. */
async function listen(listener: RequestListener) {
  let count = 0;
  const server = createServer((request, answer) => {
    count += 1;
    listener(request, answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return { port, url: `http://127.0.0.1:${port}/`, asked: () => count };
}
