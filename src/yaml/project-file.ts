import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import { StartError } from '../errors.ts';
import { type FileProblem, formatProblem } from './file-problem.ts';
import { checkYaml, readYaml } from './yaml-source.ts';

/** A YAML file that a project may leave out: then it says what its schema makes of nothing. */
export interface ProjectFile<Schema extends z.ZodType> {
  /** Where it stands, from the project's folder. */
  name: string;
  schema: Schema;
}

/** Loads a project's file. Throws a `StartError` that lists its mistakes. */
export async function loadProjectFile<Schema extends z.ZodType>(
  file: ProjectFile<Schema>,
  projectDir: string,
): Promise<z.infer<Schema>> {
  const read = await readProjectFile(file, projectDir);
  if (!Array.isArray(read)) return read;
  throw new StartError(
    `${file.name} cannot be used:\n${read.map((problem) => `  - ${formatProblem(problem)}`).join('\n')}`,
  );
}

/** Reads a project's file. Returns what it says, or every mistake at its line. */
export async function readProjectFile<Schema extends z.ZodType>(
  file: ProjectFile<Schema>,
  projectDir: string,
): Promise<z.infer<Schema> | FileProblem[]> {
  return readProjectText(file, await textOf(path.join(projectDir, file.name)));
}

/** Reads the text of such a file. Returns what it says, or every mistake at its line. */
export function readProjectText<Schema extends z.ZodType>(
  { name, schema }: ProjectFile<Schema>,
  text: string,
): z.infer<Schema> | FileProblem[] {
  const source = readYaml(name, text);
  if (Array.isArray(source)) return source;
  if (source.data === null) return schema.parse({});
  return checkYaml(source, schema);
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''; // errors of the file system have a code
    throw error;
  }
}
