import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { readAllowList } from '../../src/outbound/allow-list.ts';
import { checkAddress } from '../../src/outbound/check-address.ts';
import { guardedFetch } from '../../src/outbound/guarded-fetch.ts';
import { RefusedAddressError } from '../../src/outbound/refused-address-error.ts';
import { harmlessAddresses, hostileAddresses } from './hostile-addresses.ts';

const bounds = { timeoutMs: 2_000, maxBytes: 1_000 };
const loopback = { address: '127.0.0.1', family: 4 };

test.each(hostileAddresses)('%s is refused', async (address) => {
  expect(() => checkAddress(address, readAllowList([]))).toThrow(RefusedAddressError);
  await expect(guardedFetch(address, bounds)).rejects.toThrow(RefusedAddressError);
});

test.each(harmlessAddresses)('%s is not refused by its looks', (address) => {
  expect(checkAddress(address, readAllowList([])).protocol).toMatch(/^https?:$/);
});

test('a name that leads to an address of ours is refused, also where others of its addresses are public', async () => {
  const { port, asked } = await listen((_, answer) => answer.end());
  for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1', '10.0.0.1', '169.254.169.254']) {
    const resolve = async () => [
      { address: '93.184.216.34', family: 4 },
      { address, family: address.includes(':') ? 6 : 4 },
    ];
    await expect(guardedFetch(`http://hooks.test:${port}/`, { ...bounds, resolve })).rejects.toThrow(
      'hooks.test leads to an address that is not public.',
    );
  }
  expect(asked()).toBe(0);
});

test('a name is resolved once: where it leads the next time does not matter', async () => {
  const { port, asked } = await listen((_, answer) => answer.end());
  let resolved = 0;
  const resolve = async () => {
    resolved += 1;
    return [resolved === 1 ? { address: '203.0.114.1', family: 4 } : loopback];
  };
  const rebound = guardedFetch(`http://rebind.test:${port}/`, { timeoutMs: 300, maxBytes: 0, resolve });
  await expect(rebound).rejects.not.toThrow(RefusedAddressError); // nobody answers at the first, public address
  expect(resolved).toBe(1);
  expect(asked()).toBe(0);
});

test.each([
  ['its address', ['127.0.0.1']],
  ['a range', ['10.0.0.0/8', '127.0.0.0/8']],
])('what the operator permits by %s is reached', async (_, allow) => {
  const { url, port } = await listen((_request, answer) => answer.end('hello'));
  expect(await guardedFetch(url, { ...bounds, allow })).toMatchObject({ status: 200, cut: false });
  const resolve = async () => [loopback];
  const named = await guardedFetch(`http://hooks.test:${port}/`, { ...bounds, allow, resolve });
  expect(named.body.toString()).toBe('hello');
  await expect(guardedFetch('http://192.168.0.1/', { ...bounds, allow })).rejects.toThrow(
    RefusedAddressError,
  );
});

test('a permitted name is reached wherever it leads, and no other name is', async () => {
  const { port } = await listen((_, answer) => answer.end());
  const resolve = async () => [loopback];
  const asked = { ...bounds, allow: ['Hooks.Test'], resolve };
  expect((await guardedFetch(`http://hooks.test.:${port}/`, asked)).status).toBe(200);
  await expect(guardedFetch(`http://evil.hooks.test:${port}/`, asked)).rejects.toThrow(RefusedAddressError);
});

test('a redirect is the answer: nobody goes where it points', async () => {
  const inner = await listen((_, answer) => answer.end('secret'));
  for (const status of [301, 302, 303, 307, 308]) {
    const { url } = await listen((_, answer) => answer.writeHead(status, { location: inner.url }).end());
    const answer = await guardedFetch(url, { ...bounds, allow: ['127.0.0.1'] });
    expect(answer).toMatchObject({ status, headers: { location: inner.url } });
  }
  expect(inner.asked()).toBe(0);
});

test('what is sent arrives as it was given', async () => {
  const { url } = await listen((request, answer) => {
    request.pipe(answer.writeHead(200, { 'x-got': `${request.method} ${request.headers['x-mine']}` }));
  });
  const answer = await guardedFetch(`${url}a?b=c`, {
    ...bounds,
    method: 'POST',
    headers: { 'x-mine': 'yes' },
    body: 'ünï',
    allow: ['127.0.0.1'],
  });
  expect(answer.headers['x-got']).toBe('POST yes');
  expect(answer.body.toString()).toBe('ünï');
});

test('an answer without end is cut', async () => {
  const { url } = await listen((_, answer) => {
    const more = () => {
      while (answer.writable && answer.write('x'.repeat(10_000)));
    };
    answer.on('drain', more);
    more();
  });
  const answer = await guardedFetch(url, { ...bounds, allow: ['127.0.0.1'] });
  expect(answer.cut).toBe(true);
  expect(answer.body).toHaveLength(1_000);
});

test.each<[string, RequestListener]>([
  ['an answer that never begins', () => undefined],
  ['an answer that never ends', (_, answer) => void answer.write('x')],
])('%s is waited for only so long', async (_, listener) => {
  const { url } = await listen(listener);
  const asked = guardedFetch(url, { timeoutMs: 150, maxBytes: 10, allow: ['127.0.0.1'] });
  await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' });
});

test('a name that never resolves is waited for only so long', async () => {
  const resolve = () => new Promise<never>(() => {});
  const asked = guardedFetch('http://slow.test/', { timeoutMs: 150, maxBytes: 10, resolve });
  await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' });
});

test('a name without an address is the network’s failure', async () => {
  const asked = guardedFetch('http://none.test/', { ...bounds, resolve: async () => [] });
  await expect(asked).rejects.toMatchObject({ code: 'ENOTFOUND' });
});

/** A server on loopback that counts who asked. */
async function listen(listener: RequestListener) {
  let count = 0;
  const server: Server = createServer((request, answer) => {
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
