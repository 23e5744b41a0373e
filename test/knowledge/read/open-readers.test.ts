import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, onTestFinished, test } from 'vitest';
import { openReaders, type Readers } from '../../../src/knowledge/read/open-readers.ts';
import { makePdf } from './make-pdf.ts';

function open(settings: Parameters<typeof openReaders>[0]): Readers {
  const readers = openReaders(settings);
  onTestFinished(() => readers.close());
  return readers;
}

/** Takes minutes, were it let: remark's time grows with the square of the depth of quotations. */
const endless = Buffer.from(`# x\n${'> '.repeat(20_000)}a\n`.repeat(50));
const slow = { name: 'slow.md', limits: { seconds: 600 } };

test('bytes, files and streams give the same', async () => {
  const readers = open({ threads: 2 });
  const folder = await mkdtemp(path.join(os.tmpdir(), 'baton-read-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'a.md');
  await writeFile(file, '# Title\n\ntext');
  const bytes = Buffer.from('# Title\n\ntext');
  const stream = new Blob([bytes.subarray(0, 5), bytes.subarray(5)]).stream();
  const options = { name: 'a.md' };
  const [one, two, three] = await Promise.all([
    readers.readDocument(bytes, options),
    readers.readDocument({ file }, options),
    readers.readDocument(stream, options),
  ]);
  expect(two).toEqual(one);
  expect(three).toEqual(one);
  expect(bytes.toString()).toBe('# Title\n\ntext');
});

test('a stream is left when it is too long', async () => {
  const readers = open({ threads: 1 });
  let given = 0;
  async function* flood() {
    for (;;) {
      given += 1000;
      yield Buffer.alloc(1000, 'x');
    }
  }
  await expect(readers.readDocument(flood(), { limits: { bytes: 10_000 } })).rejects.toMatchObject({
    code: 'too-large',
  });
  expect(given).toBeLessThan(20_000);
});

test('a document that takes too long is refused, and the next one is read', async () => {
  const readers = open({ threads: 1 });
  const late = readers.readDocument(endless, { name: 'slow.md', limits: { seconds: 1 } });
  const next = readers.readDocument(Buffer.from('Hello'));
  await Promise.all([
    expect(late).rejects.toMatchObject({ code: 'timeout' }),
    expect(next).resolves.toMatchObject({ kind: 'text' }),
  ]);
});

test('a document that takes all memory is refused, and the next one is read', async () => {
  const readers = open({ threads: 1, memory: 48 });
  const rows = 'some words of a cell,and others\n'.repeat(450_000);
  await expect(readers.readDocument(Buffer.from(rows), { name: 'a.csv' })).rejects.toMatchObject({
    code: 'too-large',
  });
  expect((await readers.readDocument(Buffer.from('Hello'))).blocks).toHaveLength(1);
});

test('a signal ends the reading, and the waiting for it', async () => {
  const readers = open({ threads: 1 });
  const controller = new AbortController();
  const reading = readers.readDocument(endless, { ...slow, signal: controller.signal });
  const waiting = readers.readDocument(endless, { ...slow, signal: controller.signal });
  setTimeout(() => controller.abort(new Error('no more')), 200);
  await Promise.all([expect(reading).rejects.toThrow('no more'), expect(waiting).rejects.toThrow('no more')]);
  await expect(readers.readDocument(endless, { signal: controller.signal })).rejects.toThrow('no more');
  expect((await readers.readDocument(Buffer.from('Hello'))).blocks).toHaveLength(1);
});

test('no more documents are read at a time than there are threads', async () => {
  const readers = open({ threads: 2 });
  const ends: number[] = [];
  const some = Array.from({ length: 6 }, async (_, at) => {
    await readers.readDocument(Buffer.from(`text ${at}`));
    ends.push(at);
  });
  await Promise.all(some);
  expect(ends.toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
});

test('closing rejects what is under way', async () => {
  const readers = openReaders({ threads: 1 });
  const reading = readers.readDocument(endless, slow);
  const waiting = readers.readDocument(Buffer.from('Hello'));
  const both = Promise.allSettled([reading, waiting]);
  await readers.close();
  expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

test('progress is told by pages', async () => {
  const readers = open({ threads: 1 });
  const told: [number, number][] = [];
  const bytes = makePdf(Array.from({ length: 3 }, (_, at) => [{ text: 'The same words', y: 700 - at }]));
  await readers.readDocument(bytes, { onProgress: (done, total) => told.push([done, total]) });
  expect(told.at(-1)).toEqual([3, 3]);
});

test('chunks come from the thread, counted as the model counts', async () => {
  const readers = open({ threads: 1 });
  const text = `# Guide\n\n${'Every sentence of this one has the same words. '.repeat(100)}`;
  const { chunks, title, kind } = await readers.readChunks(Buffer.from(text), {
    name: 'a.md',
    chunks: { model: 'text-embedding-3-small', maxTokens: 100 },
  });
  expect({ title, kind }).toEqual({ title: 'Guide', kind: 'markdown' });
  expect(chunks.length).toBeGreaterThan(8);
  expect(Math.max(...chunks.map(({ tokens }) => tokens))).toBeLessThanOrEqual(100);
});

const long = (length: number) => 'a long name '.repeat(Math.ceil(length / 12));

test.each<[string, string, string]>([
  ['a heading of Markdown', 'a.md', `# ${long(100_000)}\n\n${long(160_000)}`],
  ['a title of Markdown', 'a.md', `---\ntitle: ${long(20_000)}\n---\n${long(160_000)}`],
  ['the names of columns', 'a.csv', `${long(50_000)},b\n${'some words here,1\n'.repeat(8_000)}`],
  [
    'names of columns of few tokens',
    'a.csv',
    `${'='.repeat(6_000)},b\n${'some words here,1\n'.repeat(8_000)}`,
  ],
  [
    'very many headings in one another',
    'a.html',
    `<html><body>${[1, 2, 3, 4, 5, 6].map((level) => `<h${level}>${long(20_000)}</h${level}>`).join('')}<p>${long(160_000)}</p></body></html>`,
  ],
])('%s is no longer in all chunks together than a few times the document', async (_, name, text) => {
  const readers = open({ threads: 1 });
  const { chunks } = await readers.readChunks(Buffer.from(text), {
    name,
    chunks: { model: 'text-embedding-3-small', maxTokens: 400, overlapTokens: 40 },
  });
  expect(chunks.length).toBeGreaterThan(20);
  expect(JSON.stringify(chunks).length).toBeLessThan(text.length * 4);
});

test('chunks that are many times as long as a document may be are refused', async () => {
  const readers = open({ threads: 1 });
  const sections = Array.from({ length: 60 }, (_, at) => `## ${at}\n\nIt is so.`).join('\n\n');
  const read = (characters: number) =>
    readers.readChunks(Buffer.from(`# ${long(280)}\n\n${sections}`), {
      name: 'a.md',
      limits: { characters },
      chunks: { model: 'text-embedding-3-small', maxTokens: 16 },
    });
  await expect(read(2_000)).rejects.toMatchObject({ code: 'too-large' });
  expect((await read(100_000)).chunks.length).toBeGreaterThan(20);
});

test('nobody waits for a large document', { retry: 2 }, async () => {
  const readers = open({ threads: 1 });
  await readers.readDocument(Buffer.from('the thread has started'));
  const rows = Array.from(
    { length: 150_000 },
    (_, at) => `${at},name of ${at},some text of number ${at}`,
  ).join('\n');
  const bytes = Buffer.from(`id,name,text\n${rows}`);
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const { blocks } = await readers.readDocument(bytes);
  delay.disable();
  expect(blocks).toHaveLength(300);
  expect(delay.max / 1e6).toBeLessThan(100);
});
