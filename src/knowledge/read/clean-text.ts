/**
 * Text as it is kept: composed (NFC), well formed, and without NUL, which PostgreSQL does not store, and other characters that
 * show nothing: controls but tab and line feed, soft hyphens and byte-order marks.
 */
export function cleanText(text: string): string {
  return text
    .replace(/\r\n?|\u2028|\u2029|\v|\f/g, '\n')
    .replace(unseen, '')
    .toWellFormed()
    .normalize('NFC');
}

/** Clean text in one line: each run of white space is one blank. */
export function inOneLine(text: string): string {
  return cleanText(text).replace(/\s+/g, ' ').trim();
}

/** The beginning of a line that names something: 300 characters, and `…` where it is longer. */
export function inShort(line: string): string {
  return line.length <= longestName
    ? line
    : `${line
        .slice(0, longestName - 1)
        .toWellFormed()
        .trimEnd()}…`;
}

const longestName = 300;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it takes away
const unseen = /[\u0000-\u0008\u000e-\u001f\u007f\u00ad\ufeff]/g;
