import { readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { didYouMean } from '../../yaml/file-problem.ts';

/**
 * The absolute path of a file or folder that a suite names, relative to `folder`, or why it cannot be used: it is not there, or it is not
 * inside the project, links followed.
 */
export async function findInside(
  projectDir: string,
  folder: string,
  named: string,
): Promise<{ found: string } | { why: string }> {
  if (path.isAbsolute(named)) return { why: `"${named}" is not a relative path.` };
  const at = path.resolve(folder, named);
  if (!isWithin(projectDir, at)) return { why: `"${named}" leads out of the project.` };
  const real = await realpath(at).catch(() => undefined);
  if (real === undefined) return { why: await notThere(at, named) };
  if (!isWithin(await realpath(projectDir), real)) return { why: `"${named}" leads out of the project.` };
  return { found: at };
}

function isWithin(folder: string, file: string): boolean {
  const way = path.relative(folder, file);
  return way === '' || (way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way));
}

async function notThere(at: string, named: string): Promise<string> {
  const beside = await readdir(path.dirname(at)).catch(() => []);
  return `There is no "${named}".${didYouMean(path.basename(at), beside)}`;
}
