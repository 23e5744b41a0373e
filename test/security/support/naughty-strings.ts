import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { hostileValues } from './hostile-values.ts';

const file = path.resolve(import.meta.dirname, '../../../../shared/data/naughty_strings/blns.json');

/** Ours, which are always there. */
const own = hostileValues.filter(
  (value): value is string => typeof value === 'string' && value.length < 4_000,
);

/** Strings that break software: the Big List of Naughty Strings, where it lies beside the project, and ours. */
export function naughtyStrings(): string[] {
  if (!existsSync(file)) {
    process.stdout.write(
      `The Big List of Naughty Strings is not at ${file}: only the project's own strings are tried.\n`,
    );
    return own;
  }
  return [...own, ...(JSON.parse(readFileSync(file, 'utf8')) as string[])]; // a list of texts
}
