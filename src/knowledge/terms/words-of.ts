/** A word of a text, in lower case; `unspaced`: a run of a script that puts no spaces between words. */
export interface Word {
  text: string;
  unspaced: boolean;
}

/** Letters of a word that are looked at. Longer ones are rarely words. */
const longestWord = 64;

/**
 * The words of a text in any script, in order: NFKC, lower case. What an apostrophe joins is two words where both say something
 * (`l'hôtel`, `O'Brien`); English endings after one go (`children's`), and so does `don't`, which is never what a text is about. In
 * Cyrillic it is a letter's sign (`п'ять`). A tatweel alone is no word. Takes one pass.
 */
export function* wordsOf(text: string): Generator<Word> {
  const plain = text.normalize('NFKC').toLowerCase();
  for (const { 0: found } of plain.matchAll(joined)) {
    if (!unspacedLetter.test(found)) yield* spacedWords(found);
    else
      for (const { 0: part } of found.matchAll(runs)) {
        if (unspacedLetter.test(part)) yield { text: part, unspaced: true };
        else yield* spacedWords(part);
      }
  }
}

const joined = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:['’][\p{L}\p{N}\p{M}]+)*/gu;
const unspacedScripts = ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Thai', 'Lao', 'Khmer', 'Myanmar'];
const unspacedLetters = unspacedScripts.map((script) => `\\p{scx=${script}}`).join('');
const unspacedLetter = new RegExp(`[${unspacedLetters}]`, 'u');
const runs = new RegExp(`[${unspacedLetters}][${unspacedLetters}\\p{M}]*|[^${unspacedLetters}]+`, 'gu');

/** A tatweel stretches the letters beside it, and counts as one. */
const stretch = /^\u0640[\u0640\p{M}]*$/u;
const apostrophe = /['’]/;
const englishEndings = new Set(['s', 't', 'd', 'm', 're', 've', 'll']);

function* spacedWords(found: string): Generator<Word> {
  for (const part of partsOf(found))
    if (part && !stretch.test(part))
      yield { text: part.slice(0, longestWord).toWellFormed(), unspaced: false };
}

function partsOf(found: string): string[] {
  if (!apostrophe.test(found)) return [found];
  const parts = found.split(apostrophe);
  if (/\p{sc=Cyrillic}/u.test(found)) return [parts.join('')];
  if (/n['’]t$/.test(found)) return [];
  return englishEndings.has(parts.at(-1) ?? '') ? parts.slice(0, -1) : parts;
}
