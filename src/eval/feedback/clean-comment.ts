import { redact } from '../../redact.ts';

/** The most that a comment may have, in characters. */
export const longestComment = 4_000;

/**
 * A comment as it is kept: without what moves a cursor, hides or turns around what stands there, and without what looks like a credential. Null
 * where nothing is left.
 */
export function cleanComment(comment: string | null | undefined): string | null {
  if (!comment) return null;
  const plain = comment
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '')
    .trim();
  return redact(plain).slice(0, longestComment).toWellFormed() || null;
}
