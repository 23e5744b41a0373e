import { Worker } from 'node:worker_threads';
import type { CountAnswer, CountRequest, Encoding } from './tokenizer-thread.ts';

/** What is counted of a text at most, in characters; the rest is taken to be like it. */
const most = 100_000;
/** How long a count may take; then a guess stands for it. */
const patienceMs = 10_000;
/** How long the thread is kept when nobody asks: a vocabulary takes much memory. */
const idleMs = 60_000;

/**
 * Tokens of texts by OpenAI's tokenizer for a model, the newest for models of others. In a thread of its own, so that nobody
 * waits for it; of texts that are very long, by their beginning.
 */
export async function countTokens(model: string, texts: string[]): Promise<number> {
  const heads = texts.map((text) => text.slice(0, most).toWellFormed());
  const counted = await ask(encodingOf(model), heads).catch(() => Math.ceil(boundTokens(heads) / 3));
  const told = lengthOf(texts);
  const looked = lengthOf(heads);
  return told > looked ? Math.ceil(counted * (told / looked)) : counted;
}

/** A guess that needs no tokenizer: English has about four characters a token. */
export function guessTokens(texts: string[]): number {
  return texts.reduce((sum, text) => sum + Math.ceil(text.length / 4), 0);
}

/** More tokens than any tokenizer makes of texts: none makes more than there are bytes. */
export function boundTokens(texts: string[]): number {
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

function lengthOf(texts: string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0);
}

const older = /^(gpt-4(?![.o])|gpt-3\.5|text-embedding-)/;

function encodingOf(model: string): Encoding {
  return older.test(model.slice(model.indexOf(':') + 1)) ? 'cl100k_base' : 'o200k_base';
}

interface Thread {
  worker: Worker;
  asked: Map<number, { resolve: (tokens: number) => void; reject: (error: Error) => void }>;
  rest?: NodeJS.Timeout;
}

let thread: Thread | undefined;
let lastId = 0;

function ask(encoding: Encoding, texts: string[]): Promise<number> {
  if (texts.every((text) => text === '')) return Promise.resolve(0);
  const { worker, asked, rest } = start();
  clearTimeout(rest);
  const id = ++lastId;
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => stop(new Error('Counting tokens takes too long.')), patienceMs);
    const settle =
      <Value>(done: (value: Value) => void) =>
      (value: Value) => {
        clearTimeout(late);
        done(value);
      };
    asked.set(id, { resolve: settle(resolve), reject: settle(reject) });
    worker.postMessage({ id, encoding, texts } satisfies CountRequest);
  });
}

function start(): Thread {
  if (thread) return thread;
  const worker = new Worker(new URL('./tokenizer-thread.ts', import.meta.url));
  const begun: Thread = { worker, asked: new Map() };
  worker.on('message', ({ id, tokens }: CountAnswer) => {
    begun.asked.get(id)?.resolve(tokens);
    begun.asked.delete(id);
    clearTimeout(begun.rest);
    if (begun.asked.size === 0) begun.rest = setTimeout(() => stop(), idleMs).unref();
  });
  worker.on('error', (error) => stop(error));
  worker.unref(); // after its listeners, which hold the process again
  thread = begun;
  return begun;
}

function stop(why?: Error): void {
  const ended = thread;
  thread = undefined;
  for (const { reject } of ended?.asked.values() ?? [])
    reject(why ?? new Error('Tokens are not counted any more.'));
  void ended?.worker.terminate();
}
