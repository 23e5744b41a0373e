/** The worker thread that counts tokens: loading a vocabulary takes a second and 100 MB. See `count-tokens.ts`. */
import { parentPort } from 'node:worker_threads';
import { Tiktoken } from 'js-tiktoken/lite';

export type Encoding = 'o200k_base' | 'cl100k_base';

export interface CountRequest {
  id: number;
  encoding: Encoding;
  texts: string[];
}

export interface CountAnswer {
  id: number;
  /** Tokens of all the texts together. */
  tokens: number;
}

/**
 * The tokenizer's time grows with the square of a piece, and a piece may be any run of letters, of marks or of blanks: longer ones
 * than words are cut here, which may add a token at a cut.
 */
const longestRun = 32;
const longRuns = new RegExp(
  `[\\p{L}\\p{M}]{${longestRun},}|[^\\s\\p{L}\\p{N}]{${longestRun},}|\\s{${longestRun},}`,
  'gu',
);

const loaded = new Map<Encoding, Promise<Tiktoken>>();

parentPort?.on('message', async ({ id, encoding, texts }: CountRequest) => {
  const opening = loaded.get(encoding) ?? load(encoding);
  loaded.set(encoding, opening);
  const tokenizer = await opening;
  const tokens = texts.reduce((sum, text) => sum + count(tokenizer, text), 0);
  parentPort?.postMessage({ id, tokens } satisfies CountAnswer);
});

async function load(encoding: Encoding): Promise<Tiktoken> {
  const ranks =
    encoding === 'o200k_base'
      ? await import('js-tiktoken/ranks/o200k_base')
      : await import('js-tiktoken/ranks/cl100k_base');
  return new Tiktoken(ranks.default);
}

function count(tokenizer: Tiktoken, text: string): number {
  let tokens = 0;
  let at = 0;
  for (const { 0: run, index } of text.matchAll(longRuns)) {
    tokens += encode(tokenizer, text.slice(at, index));
    for (let from = 0; from < run.length; from += longestRun)
      tokens += encode(tokenizer, run.slice(from, from + longestRun));
    at = index + run.length;
  }
  return tokens + encode(tokenizer, text.slice(at));
}

/** Marks of the tokenizer's own, such as the end of a text, are words like others here. */
function encode(tokenizer: Tiktoken, text: string): number {
  return text ? tokenizer.encode(text, [], []).length : 0;
}
