const word = /[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}]|['’](?=\p{L}))*/gu;
const accents = /[\u0300-\u036f]/g;
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;

/**
 * The words of a text in any script, in order, folded so that spellings that people take for one are one:
 * compatibility forms (NFKC), case, and the accents of Latin, Greek and Cyrillic letters.
 * A run of a script without spaces is one word; see `isUnspaced`.
 */
export function splitWords(text: string): string[] {
  return foldText(text).match(word) ?? [];
}

/** Upper case first: it is what makes `ß` and `ss` one. */
export function foldText(text: string): string {
  return text
    .normalize('NFKC')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFD')
    .replace(accents, '')
    .normalize('NFC')
    .replaceAll('’', "'");
}

/** Whether a word comes from a script that puts no spaces between words. */
export function isUnspaced(folded: string): boolean {
  return unspaced.test(folded);
}
