/**
 * A text that may come from anybody, for a terminal: what would move the cursor, colour or hide what stands there, turn the
 * direction of writing or begin a line is written out, `\u{1b}`, so that no name can pass for more than a name.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, writeOut);
}

/** The same of text that has lines: their ends and tabs stay. */
export function printableLines(text: string): string {
  return text.replace(/(?![\n\t])[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, writeOut);
}

function writeOut(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
