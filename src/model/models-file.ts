import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { StartError } from '../errors.ts';
import { type FileProblem, formatProblem } from '../yaml/file-problem.ts';
import { checkYaml, readYaml } from '../yaml/yaml-source.ts';
import { fallbacksSchema } from './fallbacks-section.ts';
import { keysSchema } from './pool/keys-section.ts';
import { pricesSchema } from './price-schema.ts';

export const modelsFileName = 'models.yaml';

/** What a project says about models, beside which model plays which role: see each section's own file. */
export const modelsFileSchema = z.strictObject({
  prices: pricesSchema.default({}),
  keys: keysSchema.default([]),
  fallbacks: fallbacksSchema.default({ fast: [], careful: [] }),
});

export type ModelsFile = z.infer<typeof modelsFileSchema>;

/** Reads the text of a project's `models.yaml`. Returns what it says, or every mistake at its line. */
export function readModelsFile(text: string): ModelsFile | FileProblem[] {
  const source = readYaml(modelsFileName, text);
  if (Array.isArray(source)) return source;
  if (source.data === null) return modelsFileSchema.parse({});
  return checkYaml(source, modelsFileSchema);
}

/** The project's `models.yaml`, or one that says nothing where there is none. Throws a `StartError` that lists its mistakes. */
export async function loadModelsFile(projectDir: string): Promise<ModelsFile> {
  const read = readModelsFile(await textOf(path.join(projectDir, modelsFileName)));
  if (!Array.isArray(read)) return read;
  throw new StartError(
    `${modelsFileName} cannot be used:\n${read.map((problem) => `  - ${formatProblem(problem)}`).join('\n')}`,
  );
}

/** What is wrong with a project's `models.yaml`. */
export async function findModelsProblems(projectDir: string): Promise<FileProblem[]> {
  const read = readModelsFile(await textOf(path.join(projectDir, modelsFileName)));
  return Array.isArray(read) ? read : [];
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''; // errors of the file system have a code
    throw error;
  }
}
