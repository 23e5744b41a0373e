/**
 * About as many tokens as the vocabularies of local models make of a text (WordPiece and SentencePiece, 30,000 to 150,000 entries),
 * and rather more: a word of ASCII letters is one token per five of them, other letters are two to a token, digits three, and every
 * other sign is a token by itself, as are Chinese, Japanese and Korean characters. Takes one pass.
 */
export function approximateTokens(text: string): number {
  let tokens = 0;
  for (const { 0: run } of text.matchAll(runs)) tokens += tokensOf(run);
  return tokens;
}

const runs = /[A-Za-z]+|\d+|[\p{L}\p{M}]+|\n+|[^\S\n]{2,}|\S/gu;

function tokensOf(run: string): number {
  if (/^[A-Za-z]/.test(run)) return Math.ceil(run.length / 5);
  if (/^\d/.test(run)) return Math.ceil(run.length / 3);
  if (/^\s/.test(run)) return Math.ceil(run.length / 16);
  if (characters.test(run)) return run.length;
  return /^\p{L}/u.test(run) ? Math.ceil(run.length / 2) : 1;
}

const characters = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
