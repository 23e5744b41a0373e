/**
 * Joins lines to one text. A word that is broken at the end of a line is made whole, and loses its hyphen unless the document has
 * the word with one elsewhere (`hyphenated`, in lower case). Chinese and Japanese are joined without blanks.
 */
export function joinLines(lines: string[], hyphenated: ReadonlySet<string>): string {
  return lines.reduce((text, line) => {
    if (text === '') return line;
    const broken = /(\p{L}{2,})[-\u00ad\u2010]$/u.exec(text);
    const rest = /^\p{Ll}+/u.exec(line);
    if (broken && rest) {
      const isCompound = hyphenated.has(`${broken[1]}-${rest[0]}`.toLowerCase());
      return (isCompound ? text : text.slice(0, -1)) + line;
    }
    return unspaced.test(text.at(-1) ?? '') && unspaced.test(line[0] ?? '') ? text + line : `${text} ${line}`;
  }, '');
}

/** The words with a hyphen that stand within lines. */
export function hyphenatedWords(lines: string[]): Set<string> {
  const words = lines.flatMap((line) => line.match(/\p{L}{2,}-\p{Ll}+(?=[^\p{L}-]|$)/gu) ?? []);
  return new Set(words.map((word) => word.toLowerCase()));
}

const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uff60]/u;
