import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openAsker } from '../../../src/commands/ingest/ask-server.ts';

/** A service that has no time for the first request, and tells how many bytes came with each. */
async function openBusy() {
  const lengths: number[] = [];
  const server = createServer(async (request, response) => {
    let length = 0;
    for await (const piece of request) length += piece.length;
    const isFirst = lengths.push(length) === 1;
    response.writeHead(isFirst ? 503 : 200, { 'retry-after': '1', 'content-type': 'application/json' });
    response.end(isFirst ? '{"detail": "Not now."}' : '{}');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo; // which it has, since it listens on a port
  return { ask: openAsker({ url: `http://127.0.0.1:${port}` }), lengths };
}

/** What comes one time, as standard input does. */
function input(mebibytes: number) {
  const pieces = (async function* () {
    for (let at = 0; at < mebibytes * 4; at++) yield Buffer.alloc(256 * 1024, 'a');
  })();
  return { open: () => pieces, once: true };
}

test('what is long and comes one time is sent one time: the rest of it is not the document', async () => {
  const { ask, lengths } = await openBusy();
  await expect(ask('POST', '/documents', input(3))).rejects.toThrow('Not now.');
  expect(lengths).toEqual([3 * 1024 * 1024]);
});

test('what is short, or can be opened again, is sent again as a whole', async () => {
  const short = await openBusy();
  expect(await short.ask('POST', '/documents', input(1))).toMatchObject({ status: 200 });
  expect(short.lengths).toEqual([1024 * 1024, 1024 * 1024]);
  const again = await openBusy();
  expect(await again.ask('POST', '/documents', { open: () => input(2).open() })).toMatchObject({
    status: 200,
  });
  expect(again.lengths).toEqual([2 * 1024 * 1024, 2 * 1024 * 1024]);
});
