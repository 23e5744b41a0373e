import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { ConfigError, errorMessage } from '../errors.ts';

/** Reads a list of settings that is JSON itself, or the name of a file that holds it. Throws a `ConfigError`. */
export function readSettings<Entry extends z.ZodType>(
  variable: string,
  value: string | undefined,
  folder: string,
  entry: Entry,
): z.output<Entry>[] {
  if (value === undefined) return [];
  const parsed = z.array(entry).safeParse(parse(variable, value, folder));
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues.map(({ path, message }) => `${variable}: ${path.join('.')}: ${message}`),
  );
}

/** What went wrong is told without the text, which may hold secrets. */
function parse(variable: string, value: string, folder: string): unknown {
  const inline = value.trimStart().startsWith('[');
  const text = inline ? value : readText(variable, value, folder);
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigError([`${variable}: ${inline ? 'it' : value} is not valid JSON: expected a list`]);
  }
}

/** A file beside the project. Throws a `ConfigError`. */
export function readText(variable: string, file: string, folder: string): string {
  try {
    return readFileSync(path.resolve(folder, file), 'utf8');
  } catch (error) {
    throw new ConfigError([`${variable}: ${file} cannot be read: ${errorMessage(error)}`]);
  }
}
