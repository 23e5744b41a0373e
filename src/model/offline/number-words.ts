const ones =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen';
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety';

const values = new Map([
  ...ones.split(' ').map((word, index) => [word, index] as const),
  ...tens.split(' ').map((word, index) => [word, 20 + index * 10] as const),
]);
const units = new Map([
  ['dozen', 12],
  ['hundred', 100],
  ['thousand', 1_000],
  ['million', 1_000_000],
]);
/** After these, `one` stands for a thing and not for a number. */
const beforePronoun = new Set('which no the any this that every each another some'.split(' '));

/**
 * The number that a run of words begins with, and how many of them it takes: `two hundred`, `twenty five`, `a dozen`.
 * `before` is the word in front.
 */
export function numberAt(words: string[], before: string): { value: number; words: number } | undefined {
  const [first = '', ...rest] = words.map((word) => word.toLowerCase());
  if (first === 'one' && beforePronoun.has(before.toLowerCase())) return undefined;
  const unit = units.get(rest[0] ?? '');
  if ((first === 'a' || first === 'an') && unit) return { value: unit, words: 2 };
  const read = below100([first, ...rest]);
  if (!read) return units.has(first) ? { value: units.get(first) ?? 0, words: 1 } : undefined;
  const scale = units.get([first, ...rest][read.words] ?? '');
  return scale ? { value: read.value * scale, words: read.words + 1 } : read;
}

function below100([first = '', second = '']: string[]): { value: number; words: number } | undefined {
  const value = values.get(first);
  if (value === undefined) return undefined;
  const digit = values.get(second) ?? 0;
  return value >= 20 && digit > 0 && digit < 10 ? { value: value + digit, words: 2 } : { value, words: 1 };
}
