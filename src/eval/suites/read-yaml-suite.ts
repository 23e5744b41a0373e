import path from 'node:path';
import { readText } from '../../handoff/read-shelf.ts';
import type { FileProblem } from '../../yaml/file-problem.ts';
import { checkYaml, readYaml } from '../../yaml/yaml-source.ts';
import type { SuiteDraft } from './suite-draft.ts';
import { suiteSchema } from './suite-schema.ts';

/** In bytes. */
const mostBytes = 10_000_000;

/** Reads a suite in YAML. Returns every mistake in it, or undefined for a file that is no suite: a list of something else. */
export async function readYamlSuite(
  projectDir: string,
  file: string,
  name: string,
): Promise<SuiteDraft | FileProblem[] | undefined> {
  const fail = (message: string, line = 1): FileProblem[] => [{ file, line, message, severity: 'error' }];
  const text = await readText(path.join(projectDir, file), mostBytes);
  if ('message' in text) return fail(text.message, text.line);
  const source = readYaml(file, text.text);
  if (Array.isArray(source)) return source;
  if (Array.isArray(source.data)) return source.data.some(isCase) ? fail(listMessage) : undefined;
  const written = checkYaml(source, suiteSchema);
  return Array.isArray(written) ? written : { name, written, source, free: false };
}

const listMessage = 'A list is no suite: write "graph: name" above it, and the list under "cases:".';

function isCase(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && ['ask', 'messages', 'turns'].some((key) => key in value)
  );
}
