import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type FileProblem, unknownName } from '../../yaml/file-problem.ts';
import type { SkippedSuite, Suite } from '../suite.ts';
import { assembleSuite } from './assemble-suite.ts';
import { importSuite } from './import-suite.ts';
import { readYamlSuite } from './read-yaml-suite.ts';

export interface SuitesRead {
  /** Those without mistakes, by name. */
  suites: Suite[];
  skipped: SkippedSuite[];
  problems: FileProblem[];
}

const folder = 'evals';

/**
 * Reads the suites of a project, `evals/*.yaml` and `evals/*.eval.ts`: all of them, or those of the names, each also as the path of its file.
 * Those in a folder of `evals` are read only when they, or the folder, are named. Never rejects for what they say. A YAML file whose root is a
 * list is no suite, and is left alone unless it looks like cases.
 */
export async function readSuites(projectDir: string, names: string[] = []): Promise<SuitesRead> {
  const all = await findFiles(projectDir);
  const wanted = [...new Set(names.map(nameOf))];
  const files = all.filter((file) =>
    wanted.length === 0 ? file.within === '' : wanted.some((name) => isNamed(file, name)),
  );
  const read: SuitesRead = { suites: [], skipped: [], problems: [] };
  const seen = new Map<string, string>();
  for (const { file, name } of files) {
    const one = await readOne(projectDir, file, name, seen.get(name));
    if (one === undefined) continue;
    seen.set(name, file);
    if (Array.isArray(one)) read.problems.push(...one);
    else if ('skipped' in one) read.skipped.push(one);
    else read.suites.push(one);
  }
  const found = files.filter(({ name }) => seen.has(name));
  for (const name of wanted)
    if (!found.some((file) => isNamed(file, name)))
      read.problems.push(noSuite(name, await suiteNames(projectDir, all)));
  return read;
}

interface SuiteFile {
  /** Relative to the project. */
  file: string;
  name: string;
  /** The folder of `evals` that it is in; empty: none. */
  within: string;
}

const isNamed = ({ name, within }: SuiteFile, wanted: string) => name === wanted || within === wanted;

const ending = /(?:\.ya?ml|(?<!\.d)\.eval\.(?:ts|js|mjs))$/;

async function findFiles(projectDir: string): Promise<SuiteFile[]> {
  const entries = await readdir(path.join(projectDir, folder), { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const inside = await Promise.all(
    folders.map(async (name) => {
      const files = await readdir(path.join(projectDir, folder, name)).catch(() => []);
      return files.map((file) => path.join(name, file));
    }),
  );
  return [...entries.map(({ name }) => name), ...inside.flat()]
    .filter((entry) => ending.test(entry) && !path.basename(entry).startsWith('.'))
    .sort()
    .map((entry) => ({ file: path.join(folder, entry), name: nameOf(entry), within: path.dirname(entry) }))
    .map((file) => (file.within === '.' ? { ...file, within: '' } : file));
}

const nameOf = (file: string) => path.basename(file).replace(ending, '');

async function readOne(
  projectDir: string,
  file: string,
  name: string,
  before: string | undefined,
): Promise<Suite | SkippedSuite | FileProblem[] | undefined> {
  const fail = (message: string): FileProblem[] => [{ file, line: 1, message, severity: 'error' }];
  const isYaml = /ya?ml$/.test(file);
  const draft = await (isYaml ? readYamlSuite : importSuite)(projectDir, file, name);
  if (draft === undefined) return undefined;
  if (before) return fail(`The suite "${name}" is in ${before} already.`);
  if (!/^[a-z0-9][a-z0-9-]*$/i.test(name))
    return fail(`"${name}" cannot be the name of a suite: letters, digits and hyphens.`);
  if (Array.isArray(draft) || 'skipped' in draft) return draft;
  return assembleSuite(projectDir, draft);
}

/** Of the files, those that are no lists of something else. */
async function suiteNames(projectDir: string, files: SuiteFile[]): Promise<string[]> {
  const names = files.map(async ({ file, name }) => {
    const text = await readFile(path.join(projectDir, file), 'utf8').catch(() => '');
    return /^(?:[^\S\n]*(?:#.*)?\n)*-\s/.test(text) ? [] : [name];
  });
  return [...new Set((await Promise.all(names)).flat())];
}

function noSuite(name: string, known: string[]): FileProblem {
  return { file: folder, line: 1, message: unknownName('suite', name, known), severity: 'error' };
}
