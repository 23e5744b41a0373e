/** The thread in which documents are read: one at a time. What it may take is for `run-request.ts` to say. */
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { type MessagePort, parentPort } from 'node:worker_threads';
import { errorMessage } from '../../../errors.ts';
import type { Chunk } from '../../chunk/chunk.ts';
import { chunksOf } from '../../chunk/chunk-document.ts';
import { openTokenCounter } from '../../chunk/token-counter.ts';
import { findLinks } from '../../crawl/find-links.ts';
import type { Block } from '../document.ts';
import { DocumentError } from '../document-error.ts';
import { readBytes } from '../read-bytes.ts';
import type { ReaderAnswer, ReaderRequest } from './reader-request.ts';

if (!parentPort) throw new Error('This is a worker thread.');
const port: MessagePort = parentPort;

port.on('message', (request: ReaderRequest | 'more') => {
  if (request !== 'more') void answer(request);
});

async function answer(request: ReaderRequest): Promise<void> {
  try {
    const bytes = await bytesOf(request);
    say({ say: 'end', result: await carryOut(request, bytes) });
  } catch (error) {
    if (!(error instanceof DocumentError)) return say({ say: 'failed', message: errorMessage(error) });
    const { code, message, cause } = error;
    say({ say: 'refused', code, message, cause: cause === undefined ? '' : errorMessage(cause) });
  }
}

async function carryOut(
  request: ReaderRequest,
  bytes: Buffer,
): Promise<Extract<ReaderAnswer, { say: 'end' }>['result']> {
  if (request.do === 'links') return findLinks(bytes, request.url, request.options);
  const document = await readBytes(bytes, request.options, tellProgress());
  const { blocks, ...facts } = document;
  if (request.do === 'read') {
    await sayInParts(blocks, weightOf, (part) => ({ say: 'blocks', blocks: part }));
  } else {
    const { model, ...limits } = request.chunks;
    const chunks = chunksOf(document, { ...limits, countTokens: await openTokenCounter(model) });
    await sayInParts(bounded(chunks, request.options.limits.characters), weightOfChunk, (part) => ({
      say: 'chunks',
      chunks: part,
    }));
  }
  return facts;
}

async function bytesOf({ source, options }: ReaderRequest): Promise<Buffer> {
  if ('bytes' in source)
    return Buffer.from(source.bytes.buffer, source.bytes.byteOffset, source.bytes.byteLength);
  const { size } = await stat(source.file);
  if (size > options.limits.bytes)
    throw new DocumentError('too-large', `It has more than ${options.limits.bytes} bytes.`);
  return readFile(source.file);
}

/** At most every tenth of a second, and at the end. */
function tellProgress(): (done: number, total: number) => void {
  let last = 0;
  return (done, total) => {
    const now = performance.now();
    if (done < total && now - last < 100) return;
    last = now;
    say({ say: 'progress', done, total });
  };
}

/** Sends things in parts of about a hundred thousand characters, each when the one before it was taken. */
async function sayInParts<Thing>(
  things: Iterable<Thing>,
  weigh: (thing: Thing) => number,
  tell: (part: Thing[]) => ReaderAnswer,
): Promise<void> {
  let part: Thing[] = [];
  let weight = 0;
  const send = async () => {
    const taken = once(port, 'message');
    say(tell(part));
    await taken;
    part = [];
    weight = 0;
  };
  for (const thing of things) {
    part.push(thing);
    weight += 100 + weigh(thing);
    if (weight >= 100_000) await send();
  }
  if (part.length > 0) await send();
}

/** What is said again in each chunk, as headings are, may be much more than the document. Throws `too-large` where it is. */
function* bounded(chunks: Iterable<Chunk>, characters: number): Generator<Chunk> {
  let weight = 0;
  for (const chunk of chunks) {
    weight += weightOfChunk(chunk);
    if (weight > characters * mostTimes)
      throw new DocumentError('too-large', 'Its passages are many times as long as a document may be.');
    yield chunk;
  }
}

const mostTimes = 4;

function weightOfChunk({ text, title = '', headings, sheet = '' }: Chunk): number {
  return text.length + title.length + headings.join('').length + sheet.length;
}

function weightOf(block: Block): number {
  const path = block.headings.join('').length + (block.sheet ?? '').length;
  if ('text' in block) return path + block.text.length;
  return 'rows' in block
    ? path + block.rows.reduce((sum, row) => sum + row.length * 50 + row.join('').length, 0)
    : path;
}

function say(message: ReaderAnswer): void {
  port.postMessage(message);
}
