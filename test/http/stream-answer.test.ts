import { expect, test } from 'vitest';
import { type StreamOptions, serverSentEvents, toStream } from '../../src/http/stream-answer.ts';
import { currentTenant, inTenant } from '../../src/tenancy.ts';

const plain: StreamOptions = { wire: serverSentEvents, onError: () => 'failed' };

function read(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text();
}

test('what is ready together comes in one piece, and what is not is not waited for', async () => {
  const more = Promise.withResolvers<void>();
  async function* chunks() {
    for (let count = 0; count < 5; count++) yield `${count};`;
    await more.promise;
    yield 'last';
  }
  const reader = toStream(chunks, plain).getReader();
  const take = async () => new TextDecoder().decode((await reader.read()).value);
  expect(await take()).toBe('0;1;2;3;4;');
  more.resolve();
  expect(await take()).toBe('last');
  expect((await reader.read()).done).toBe(true);
});

test('nothing is read further ahead than one piece and one chunk', async () => {
  let made = 0;
  async function* endless() {
    for (;;) yield `${++made};`.padStart(10_000);
  }
  const reader = toStream(endless, plain).getReader();
  let taken = 0;
  for (let round = 1; round <= 50; round++) {
    taken += ((await reader.read()).value?.length ?? 0) / 10_000;
    expect(made).toBeLessThanOrEqual(taken + 1);
  }
  await reader.cancel();
});

test('a quiet stream sends comments, and loses nothing by it', async () => {
  const late = Promise.withResolvers<void>();
  async function* slow() {
    yield 'first;';
    await late.promise;
    yield 'last;';
  }
  const reader = toStream(slow, { ...plain, idleMs: 5 }).getReader();
  const chunks: string[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(new TextDecoder().decode(value));
    if (chunks.length === 3) late.resolve();
  }
  expect(chunks.slice(0, 3)).toEqual(['first;', ': heartbeat\n', ': heartbeat\n']);
  expect(chunks.filter((chunk) => !chunk.startsWith(':')).join('')).toBe('first;last;');
});

test('an error becomes the last words of the stream', async () => {
  async function* failing() {
    yield 'first;';
    throw new Error('a secret');
  }
  expect(await read(toStream(failing, plain))).toBe('first;failed');
});

test('a stream whose database is away breaks, so that the client comes back, and nobody takes it for one who left', async () => {
  let left = 0;
  let cuts = 0;
  async function* away() {
    yield 'first;';
    throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  }
  const onLeave = () => void left++;
  await expect(read(toStream(away, { ...plain, onLeave }))).rejects.toThrow('ECONNRESET');
  const reader = toStream(away, { ...plain, onLeave, cut: () => void cuts++ }).getReader();
  await reader.read();
  const next = reader.read();
  await expect.poll(() => cuts).toBe(1);
  await reader.cancel();
  await next;
  expect(left).toBe(0);
});

test('when the client leaves, the work hears of it once, even while nothing comes', async () => {
  let left = 0;
  const begun = Promise.withResolvers<void>();
  const heard = Promise.withResolvers<void>();
  async function* waiting(signal: AbortSignal) {
    yield 'first;';
    begun.resolve();
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    heard.resolve();
  }
  const reader = toStream(waiting, { ...plain, onLeave: () => void left++ }).getReader();
  await reader.read();
  void reader.read();
  await begun.promise;
  await reader.cancel();
  await heard.promise;
  expect(left).toBe(1);
});

test('a stream that ends by itself is not left', async () => {
  let left = 0;
  async function* short() {
    yield 'all';
  }
  expect(await read(toStream(short, { ...plain, onLeave: () => void left++ }))).toBe('all');
  expect(left).toBe(0);
});

test('whoever reads a stream, its chunks are made on behalf of who asked for it', async () => {
  async function* chunks() {
    try {
      for (let count = 0; count < 3; count++) {
        yield `${currentTenant()};`;
        await new Promise(setImmediate);
      }
    } finally {
      left.push(currentTenant());
    }
  }
  const left: string[] = [];
  const stream = inTenant('acme', () => toStream(chunks, plain));
  expect(await inTenant('other', () => read(stream))).toBe('acme;acme;acme;');
  const reader = inTenant('acme', () => toStream(chunks, plain)).getReader();
  await inTenant('other', async () => {
    await reader.read();
    await reader.cancel();
  });
  await expect.poll(() => left).toEqual(['acme', 'acme']);
});

test('a stream ends with an error once who asked might not ask any more, and what it told is let go', async () => {
  let ended = false;
  async function* endless(signal: AbortSignal) {
    try {
      while (!signal.aborted) yield 'more;';
    } finally {
      ended = true;
    }
  }
  let asked = 0;
  const mayGoOn = async () => ++asked < 3;
  const onError = (error: unknown) => (error as Error).message;
  const text = await read(toStream(endless, { ...plain, onError, mayGoOn, everyMs: 0 }));
  expect(text).toMatch(/^(more;)+Your key or token is not valid any more\.$/);
  expect(asked).toBe(3);
  expect(ended).toBe(true);
});
