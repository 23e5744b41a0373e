import { z } from 'zod';
import type { FileProblem } from '../yaml/file-problem.ts';
import { loadProjectFile, readProjectFile, readProjectText } from '../yaml/project-file.ts';
import { clientSchema } from './client-section.ts';
import { fallbacksSchema } from './fallbacks-section.ts';
import { keysSchema } from './pool/keys-section.ts';
import { pricesSchema } from './price-schema.ts';

export const modelsFileName = 'models.yaml';

/** What a project says about models, beside which model plays which role: see each section's own file. */
export const modelsFileSchema = z.strictObject({
  prices: pricesSchema.default({}),
  keys: keysSchema.default([]),
  fallbacks: fallbacksSchema.default({ fast: [], careful: [] }),
  client: clientSchema.default('lean'),
});

export type ModelsFile = z.infer<typeof modelsFileSchema>;

const modelsFile = { name: modelsFileName, schema: modelsFileSchema };

/** Reads the text of a project's `models.yaml`. Returns what it says, or every mistake at its line. */
export function readModelsFile(text: string): ModelsFile | FileProblem[] {
  return readProjectText(modelsFile, text);
}

/** The project's `models.yaml`, or one that says nothing where there is none. Throws a `StartError` that lists its mistakes. */
export function loadModelsFile(projectDir: string): Promise<ModelsFile> {
  return loadProjectFile(modelsFile, projectDir);
}

/** What is wrong with a project's `models.yaml`. */
export async function findModelsProblems(projectDir: string): Promise<FileProblem[]> {
  const read = await readProjectFile(modelsFile, projectDir);
  return Array.isArray(read) ? read : [];
}
