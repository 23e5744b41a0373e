import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { z } from 'zod';
import { errorMessage } from '../errors.ts';
import type { FileProblem } from '../yaml/file-problem.ts';

/** A thing of a shelf of code and the file that it comes from, relative to the project. */
export interface Shelved<Thing> {
  thing: Thing;
  file: string;
}

/** A shelf whose files export one thing each. `kind` is its noun; `maker` the function that makes it. */
export interface CodeShelf {
  folder: string;
  kind: string;
  maker: string;
  shape: z.ZodType;
}

/**
 * Imports every file of a shelf of code; what does not load is a problem, and the others are there all the same.
 * A file that has not changed since it was imported gives the same thing again. What a file imports itself stays as
 * it was until the process ends.
 */
export async function importShelf<Thing extends { name: string }>(
  projectDir: string,
  shelf: CodeShelf,
): Promise<{ things: Map<string, Shelved<Thing>>; problems: FileProblem[] }> {
  const things = new Map<string, Shelved<Thing>>();
  const problems: FileProblem[] = [];
  const names = await readdir(path.join(projectDir, shelf.folder)).catch(() => []);
  for (const name of names.filter((entry) => /(?<!\.d)\.(ts|js|mjs)$/.test(entry)).sort()) {
    const file = path.join(shelf.folder, name);
    const loaded = await importOne<Thing>(projectDir, file, shelf);
    if ('severity' in loaded) problems.push(loaded);
    else if (things.has(loaded.name)) problems.push(duplicate(file, shelf, things.get(loaded.name)));
    else things.set(loaded.name, { thing: loaded, file });
  }
  return { things, problems };
}

async function importOne<Thing>(
  projectDir: string,
  file: string,
  shelf: CodeShelf,
): Promise<Thing | FileProblem> {
  const at = path.join(projectDir, file);
  try {
    const exported = Object.values(await importVersion(at));
    const found = exported.filter((value) => shelf.shape.safeParse(value).success);
    if (found.length === 1) return found[0] as Thing; // the shape was checked
    return { file, line: 1, message: whyNotOne(exported, found.length, shelf), severity: 'error' };
  } catch (error) {
    const message = `It cannot be imported: ${errorMessage(error).split('\n')[0]}`;
    return { file, line: lineIn(at, error), message, severity: 'error' };
  }
}

/** How often the import of a URL failed: Node remembers a failure, though what it was about may be mended elsewhere. */
const failures = new Map<string, number>();

/**
 * What a file exports, by name. Node keeps every version of a module that it ever imported, and the hash of the text in the
 * URL stands for the version: a file that goes back to an earlier text costs nothing, and each new text of a small
 * tool some 50 kB until the process ends.
 */
export async function importVersion(file: string): Promise<Record<string, unknown>> {
  const hash = createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
    .slice(0, 16);
  const url = `${pathToFileURL(file).href}?version=${hash}`;
  const failed = failures.get(url) ?? 0;
  try {
    return await import(failed > 0 ? `${url}-${failed}` : url);
  } catch (error) {
    failures.set(url, failed + 1);
    throw error;
  }
}

function whyNotOne(exported: unknown[], found: number, { kind, maker, shape }: CodeShelf): string {
  const message = `A ${kind}'s file exports one ${kind}, made by ${maker}; this one exports ${found}.`;
  const near = exported.filter((value) => typeof value === 'object' && value !== null && 'name' in value);
  if (found > 0 || near.length !== 1) return message;
  const issues = shape.safeParse(near[0]).error?.issues ?? [];
  const wrong = issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  return `${message} What looks like one: ${wrong.join('; ')}.`;
}

/** Where in the file an error arose, as its stack says; the first line where it does not. */
export function lineIn(file: string, error: unknown): number {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const place = stack.split(path.basename(file)).slice(1);
  const line = place.map((rest) => /^(?:\?[^\s:)]*)?:(\d+)/.exec(rest)?.[1]).find(Boolean);
  return Number(line ?? 1);
}

function duplicate(
  file: string,
  { kind }: CodeShelf,
  first: Shelved<{ name: string }> | undefined,
): FileProblem {
  const message = `A ${kind} named "${first?.thing.name}" is already in ${first?.file}.`;
  return { file, line: 1, message, severity: 'error' };
}
