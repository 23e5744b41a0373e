/**
 * A lower-case word in the one form of all spellings that people take for it: without the accents of Latin and Greek letters and the
 * points of Hebrew and Arabic, and with letters that many keyboards lack spelled out (`œuvre` is `oeuvre`). Cyrillic й and ї are
 * letters of their own and stay; ё is е, as it is mostly written.
 */
export function foldWord(word: string): string {
  if (ascii.test(word)) return word;
  // Upper case and back is what makes one of `ß` and `ss`.
  const parts = word.toUpperCase().toLowerCase().normalize('NFD');
  return parts
    .replace(marks, '')
    .normalize('NFC')
    .replace(lettersSpelledOut, (letter) => spellings[letter] ?? letter);
}

const ascii = /^[\0-\x7f]*$/;
const cyrillicMarks = /(?<=[\u0400-\u04ff])[\u0300-\u0305\u0307\u0309-\u036f]/;
const otherMarks = /(?<![\u0400-\u04ff])[\u0300-\u036f]/;
const hebrewPoints = /[\u0591-\u05c7]/;
const arabicPoints = /[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]/;
const marks = new RegExp(
  [cyrillicMarks, otherMarks, hebrewPoints, arabicPoints].map(({ source }) => source).join('|'),
  'g',
);

const spellings: Record<string, string> = {
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ı: 'i',
  ё: 'е',
  ى: 'ي',
  ة: 'ه',
  ٱ: 'ا',
};
const lettersSpelledOut = new RegExp(`[${Object.keys(spellings).join('')}]`, 'g');
