import { expect, test } from 'vitest';
import { type Part, readParts } from '../../../src/http/knowledge/read-parts.ts';

const type = 'multipart/form-data; boundary=x';
const field = (name: string, value: string) =>
  `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const file = (name: string, content: string, more = '') =>
  `--x\r\nContent-Disposition: form-data; name="file"; filename="${name}"${more}\r\nContent-Type: text/plain\r\n\r\n${content}\r\n`;
const end = '--x--\r\n';

async function* inPieces(text: string, size = 7): AsyncGenerator<Uint8Array, void> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string, contentType = type): Promise<unknown[]> {
  const seen: unknown[] = [];
  for await (const part of readParts(inPieces(text), contentType)) seen.push(await plain(part));
  return seen;
}

async function plain(part: Part): Promise<unknown> {
  if ('field' in part) return part;
  const bytes: Uint8Array[] = [];
  for await (const piece of part.content) bytes.push(piece);
  return { name: part.name, type: part.contentType, content: Buffer.concat(bytes).toString() };
}

test('fields and files come in their order, however the body is cut', async () => {
  const body = field('tags', 'a') + file('one.txt', 'eins') + file('zwei.txt', 'x'.repeat(50_000)) + end;
  const parts = await read(body);
  expect(parts).toEqual([
    { field: 'tags', value: 'a' },
    { name: 'one.txt', type: 'text/plain', content: 'eins' },
    { name: 'zwei.txt', type: 'text/plain', content: 'x'.repeat(50_000) },
  ]);
});

test('a name is read as UTF-8, and of a path only its end', async () => {
  const names = ['Übergröße 日本.txt', '../../etc/passwd', 'C:\\\\temp\\\\a.txt', '/abs/b.txt'];
  const parts = await read(names.map((name) => file(name, 'x')).join('') + end);
  expect(parts.map((part) => (part as { name: string }).name)).toEqual([
    'Übergröße 日本.txt',
    'passwd',
    'a.txt',
    'b.txt',
  ]);
});

test.each([
  ['no boundary', field('a', 'b') + end, 'multipart/form-data'],
  ['another type of form', field('a', 'b') + end, 'multipart/mixed; boundary=x'],
  ['nothing', '', type],
  ['no end', field('a', 'b'), type],
  ['an end within a file', file('a.txt', 'x').slice(0, -3), type],
  ['an end within a head', file('a.txt', 'x').slice(0, 30), type],
  ['another boundary', field('a', 'b') + end, 'multipart/form-data; boundary=y'],
  ['a field of 10 MB', field('a', 'b'.repeat(10_000_000)) + end, type],
  ['1,000 fields', field('a', 'b').repeat(1_000) + end, type],
  ['1,000 files', file('a', 'b').repeat(1_000) + end, type],
  ['1,000 parts without a name', '--x\r\n\r\nx\r\n'.repeat(1_000) + end, type],
  ['a head without end', `--x\r\nA: ${'b'.repeat(100_000)}`, type],
])('%s is refused as the caller’s mistake', async (_, body, contentType) => {
  const big = body.length > 1_000_000;
  const reading = async () => {
    for await (const part of readParts(inPieces(body, big ? 65_536 : 50), contentType)) await plain(part);
  };
  await expect(reading()).rejects.toMatchObject({ name: 'CallerError', code: 'invalid-request' });
});

test('who takes no more parts has the rest of the body left unread', async () => {
  let pulled = 0;
  async function* endless() {
    yield Buffer.from(file('a.txt', 'x'.repeat(1_000)));
    for (;;) {
      pulled += 1;
      yield Buffer.from(file('b.txt', 'y'.repeat(100_000)));
    }
  }
  for await (const part of readParts(endless(), type)) {
    await plain(part);
    break;
  }
  const before = pulled;
  await new Promise((resolve) => setImmediate(resolve));
  expect(pulled).toBe(before);
  expect(pulled).toBeLessThan(20);
});

test('a file is read no faster than it is taken', async () => {
  let given = 0;
  async function* large() {
    yield Buffer.from(file('a.txt', '').slice(0, -2));
    for (let at = 0; at < 1_000; at += 1) {
      given += 1;
      yield Buffer.alloc(65_536, 'z');
    }
    yield Buffer.from(`\r\n${end}`);
  }
  for await (const part of readParts(large(), type)) {
    if ('field' in part) continue;
    for await (const _ of part.content) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      break;
    }
    break;
  }
  expect(given).toBeLessThan(20);
});
