import type { z } from 'zod';
import { didYouMean } from './file-problem.ts';

/** What a schema has against a value of a file, in a sentence for whoever wrote the file. */
export function explainIssue(issue: z.core.$ZodIssue, value: unknown): string {
  const where = issue.path.map(String).join('.');
  if (issue.path.length === 0 && value === null) return 'There is nothing in it.';
  if (value === undefined) return missing(issue.path);
  const said = sentence(issue, value);
  const whole = /[.?!]$/.test(said) ? said : `${said}.`;
  return where ? `${where}: ${whole}` : whole.charAt(0).toUpperCase() + whole.slice(1);
}

function missing(path: PropertyKey[]): string {
  const around = path.slice(0, -1).map(String).join('.');
  return `${around ? `${around}: ` : ''}"${String(path.at(-1))}" is missing.`;
}

function sentence(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type': {
      const expected = issue.message.startsWith('expected')
        ? issue.message
        : `expected ${noun(issue.expected)}`;
      return `${expected}, found ${describe(value)}.${hint(issue.expected, value)}`;
    }
    case 'invalid_value': {
      const known = issue.values.map(String);
      const guess = typeof value === 'string' ? didYouMean(value, known) : '';
      return `${issue.message}, found ${describe(value)}.${guess}`;
    }
    case 'invalid_key':
      return issue.issues[0]?.message ?? issue.message;
    default:
      return issue.message;
  }
}

function noun(type: string): string {
  const nouns: Record<string, string> = {
    string: 'a text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a map',
    record: 'a map',
  };
  return nouns[type] ?? type;
}

function describe(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value !== 'string') return `the ${typeof value} ${value}`;
  return `the text "${value.length > 40 ? `${value.slice(0, 40)}…` : value}"`;
}

/** How the mistake usually comes about, and what to write. */
function hint(expected: string, value: unknown): string {
  const text = typeof value === 'string' ? value.trim() : undefined;
  const map = expected === 'object' || expected === 'record';
  if (expected === 'array' && text?.startsWith('-')) return ' Write a blank behind the dash of a list.';
  if (expected === 'array' && text) return ` Write a list: [${text}].`;
  if (expected === 'array' && value !== null && typeof value === 'object')
    return ' Begin each entry with a dash.';
  if (map && Array.isArray(value)) return ' Write "name: value", without dashes or brackets.';
  if (map && text && /\w:\S/.test(text)) return ' Write a blank behind the colon.';
  if (expected === 'number' && text && !Number.isNaN(Number(text))) return ' Write it without quotes.';
  if (expected === 'string' && typeof value === 'number') return ` Write it in quotes: "${value}".`;
  if (expected === 'string' && value !== null && typeof value === 'object')
    return ' Put a text with braces, brackets or colons in quotes.';
  return '';
}
