import { refuse } from './refuse.ts';
import { constantOf } from './syntax-tree.ts';

const longest = 200;
const mostRepeats = 1_000;

/**
 * Refuses a regular expression that could run for long: one that is computed, one with back references
 * (PostgreSQL matches all others without backtracking), and one whose counts multiply.
 */
export function checkPattern(node: unknown): void {
  const pattern = constantOf(node);
  if (pattern === null) return;
  if (typeof pattern !== 'string') {
    refuse(
      'pattern',
      'A regular expression must be written out as a text. Use LIKE, strpos or = for computed ones.',
    );
  }
  if (pattern.length > longest)
    refuse('pattern', `A regular expression may have at most ${longest} characters.`);
  if (/\\[1-9]/.test(pattern))
    refuse('pattern', 'Back references such as \\1 are not allowed in a regular expression.');
  if (repeatsOf(pattern) > mostRepeats)
    refuse('pattern', 'The counts {n} of this regular expression are too large.');
}

function repeatsOf(pattern: string): number {
  const counts = [...pattern.matchAll(/\{(\d+)(?:,(\d*))?\}/g)];
  return counts.reduce((product, [, from, to]) => product * Math.max(1, Number(from), Number(to ?? 0)), 1);
}
