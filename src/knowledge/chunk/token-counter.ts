import { Tiktoken } from 'js-tiktoken/lite';
import { approximateTokens } from './approximate-tokens.ts';
import type { CountTokens } from './chunk.ts';

/**
 * Counts as a model does: with the encoding of OpenAI's models, by their names (`text-embedding-3-small`, `openai:gpt-5-mini`), and
 * approximately for all others. Loading an encoding takes a second and 100 MB: it is for a thread that nobody waits for.
 */
export async function openTokenCounter(model: string): Promise<CountTokens> {
  const encoding = encodingOf(model);
  if (!encoding) return approximateTokens;
  const opening = loaded.get(encoding) ?? load(encoding);
  loaded.set(encoding, opening);
  return opening;
}

type Encoding = 'o200k_base' | 'cl100k_base';

function encodingOf(model: string): Encoding | undefined {
  const name = model.slice(model.lastIndexOf(':') + 1).slice(model.lastIndexOf('/') + 1);
  if (/^(gpt-4(?![.o\d])|gpt-3\.5|gpt-35|text-embedding-(3|ada))/.test(name)) return 'cl100k_base';
  return /^(gpt-\d|o\d|chatgpt-)/.test(name) ? 'o200k_base' : undefined;
}

const loaded = new Map<Encoding, Promise<CountTokens>>();

async function load(encoding: Encoding): Promise<CountTokens> {
  const ranks =
    encoding === 'o200k_base'
      ? await import('js-tiktoken/ranks/o200k_base')
      : await import('js-tiktoken/ranks/cl100k_base');
  return countByWords(new Tiktoken(ranks.default), new RegExp(ranks.default.pat_str, 'gu'));
}

/**
 * Counts word by word, and remembers words: an encoding splits a text by its pattern first, and no token reaches over such a word's
 * end. The tokenizer's time grows with the square of a word, so that long ones are cut, which may add a token at a cut: a chunk of such
 * text is a little shorter than it might be.
 */
function countByWords(tokenizer: Tiktoken, words: RegExp): CountTokens {
  const known = new Map<string, number>();
  const count = (word: string) => {
    const found = known.get(word);
    if (found !== undefined) return found;
    // Marks of the tokenizer's own, such as the end of a text, are words like others here.
    const tokens = tokenizer.encode(word, [], []).length;
    if (known.size >= mostKnown) known.clear();
    known.set(word, tokens);
    return tokens;
  };
  return (text) => {
    let tokens = 0;
    for (const { 0: word } of text.matchAll(words)) for (const part of cut(word)) tokens += count(part);
    return tokens;
  };
}

const mostKnown = 50_000;

/** Bytes count: letters beyond ASCII are two to four. */
function* cut(word: string): Generator<string> {
  if (word.length <= 24) return yield word;
  const longest = isAscii.test(word) ? 64 : 24;
  for (let at = 0; at < word.length; ) {
    const end = at + longest;
    const isPair = /^[\udc00-\udfff]/.test(word.slice(end, end + 1));
    yield word.slice(at, isPair ? end + 1 : end);
    at = isPair ? end + 1 : end;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are ASCII, too
const isAscii = /^[\u0000-\u007f]*$/;
