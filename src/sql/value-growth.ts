import { refuse } from './refuse.ts';
import { constantOf } from './syntax-tree.ts';

const longest = 1_000;
/** What an aggregate is taken to collect; how many rows it reads is checked on the plan. */
const collected = 10;

/** The bytes that a function's value may have, given those of its arguments. Refuses what has no bound. */
export function growth(name: string, args: unknown[], sizes: number[]): number {
  const [first = 0, second = 0, third = 0] = sizes;
  const all = sizes.reduce((sum, size) => sum + size, 8);
  switch (name) {
    case 'repeat':
      return first * lengthOf(name, args[1]);
    case 'lpad':
    case 'rpad':
      return Math.max(first, 4 * lengthOf(name, args[1]));
    case 'replace':
      return (
        first * Math.max(1, constantOf(args[2]) === '' ? 0 : Math.ceil(third / lengthOfText(args[1], second)))
      );
    case 'regexp_replace':
      return first * Math.max(1, third);
    case 'array_replace':
      return first * Math.max(1, third);
    case 'format':
      return checkFormat(args[0], all);
    case 'concat':
    case 'concat_ws':
      return 2 * all;
    case 'to_char':
      return 10 * all;
    default:
      return all * factorOf(name);
  }
}

function factorOf(name: string): number {
  if (/^(string|array|jsonb?(_object)?)_agg/.test(name)) return 2 * collected;
  if (/json/.test(name)) return name.includes('pretty') ? 4 : 2;
  return 1;
}

function lengthOf(name: string, node: unknown): number {
  const length = constantOf(node);
  if (typeof length !== 'number' || length > longest) {
    refuse('size', `Give ${name} a constant length of at most ${longest}.`);
  }
  return Math.max(1, length);
}

function lengthOfText(node: unknown, size: number): number {
  const text = constantOf(node);
  return typeof text === 'string' ? Math.max(1, text.length) : Math.min(1, size);
}

function checkFormat(node: unknown, size: number): number {
  const format = constantOf(node);
  if (typeof format !== 'string' || /%[^%a-z]*(\*|\d{4,})/i.test(format)) {
    refuse('size', 'Give format a constant text without large widths.');
  }
  const places = format.split('%').length;
  return 2 * size * places;
}
