import { closest, distance } from 'fastest-levenshtein';

/** One mistake in a file of a shelf, as `baton check` prints it. `line` counts from 1. */
export interface FileProblem {
  file: string;
  line: number;
  message: string;
  /** Warnings do not keep a graph from running. */
  severity: 'error' | 'warning';
}

export function formatProblem({ file, line, message, severity }: FileProblem): string {
  return `${file}:${line}: ${severity}: ${message}`;
}

/** ` Did you mean "x"?` when one of the known names is near enough to be what was meant, otherwise nothing. */
export function didYouMean(name: string, known: string[]): string {
  if (known.length === 0) return '';
  const lower = known.map((other) => other.toLowerCase());
  const nearest = closest(name.toLowerCase(), lower);
  const near = distance(name.toLowerCase(), nearest) <= Math.max(2, name.length / 3);
  return near ? ` Did you mean "${known[lower.indexOf(nearest)]}"?` : '';
}

/** The message for a name that nothing has: what it is, what there is, and the nearest one. */
export function unknownName(kind: string, name: string, known: string[]): string {
  const there = known.length > 0 ? ` There are: ${known.join(', ')}.` : ` There are none.`;
  return `There is no ${kind} "${name}".${didYouMean(name, known) || there}`;
}
