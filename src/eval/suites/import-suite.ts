import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { errorMessage } from '../../errors.ts';
import { importVersion, lineIn } from '../../handoff/import-shelf.ts';
import { didYouMean, type FileProblem } from '../../yaml/file-problem.ts';
import { checkYaml, type YamlSource } from '../../yaml/yaml-source.ts';
import type { SkippedSuite } from '../suite.ts';
import type { SuiteSource } from './define-suite.ts';
import type { SuiteDraft } from './suite-draft.ts';
import { suiteSchema } from './suite-schema.ts';

/**
 * Reads a suite in code: `evals/<name>.eval.ts`, which exports `suite`. What it throws, while it is imported or by one of its functions, is a
 * problem of the file.
 */
export async function importSuite(
  projectDir: string,
  file: string,
  name: string,
): Promise<SuiteDraft | SkippedSuite | FileProblem[]> {
  const at = path.join(projectDir, file);
  const fail = (message: string, line = 1): FileProblem[] => [{ file, line, message, severity: 'error' }];
  let doing = 'It cannot be imported';
  try {
    const exported = await importVersion(at);
    const { suite } = exported;
    if (!isSource(suite)) return fail(whyNotOne(Object.keys(exported), suite));
    const { cases, unavailable, setup, ...rest } = suite;
    doing = 'Its function unavailable() failed';
    const why = await unavailable?.({ projectDir });
    if (why) return { name, file, skipped: why };
    doing = 'Its function cases() failed';
    const found = typeof cases === 'function' ? await cases({ projectDir }) : cases;
    const data = { ...rest, ...(found !== undefined && { cases: found }) };
    const source = codeSource(file, await readFile(at, 'utf8'), data);
    const written = checkYaml(source, suiteSchema);
    if (Array.isArray(written)) return written;
    return { name, written, source, free: true, ...(setup && { setup }) };
  } catch (error) {
    return fail(`${doing}: ${errorMessage(error).split('\n')[0]}`, lineIn(at, error));
  }
}

/** What is in it is checked as a suite in YAML is; functions are checked here. */
function isSource(suite: unknown): suite is SuiteSource {
  if (typeof suite !== 'object' || suite === null || Array.isArray(suite)) return false;
  const { unavailable, setup } = suite as Record<string, unknown>; // it is an object
  return [unavailable, setup].every((given) => given === undefined || typeof given === 'function');
}

function whyNotOne(exported: string[], suite: unknown): string {
  if (suite !== undefined)
    return 'What it exports as "suite" is no suite: write defineSuite({ … }), with functions for setup and unavailable.';
  const near = exported.map((name) => didYouMean('suite', [name])).find(Boolean);
  return `It exports no "suite": write export const suite = defineSuite({ … }).${near ? ` It exports "${exported.join('", "')}".` : ''}`;
}

/** A case is looked for by its id, or its question, as it stands in the text of the file. */
function codeSource(file: string, text: string, data: { cases?: unknown }): YamlSource {
  const lines = text.split('\n');
  const lineWith = (part: string) => lines.findIndex((line) => line.includes(part)) + 1;
  const start = lineWith('defineSuite(') || 1;
  const lineOf = ([key, at]: readonly PropertyKey[]) => {
    const one = key === 'cases' && Array.isArray(data.cases) ? data.cases[Number(at)] : undefined;
    const { id, ask } = (one ?? {}) as Record<string, unknown>; // a case, as far as is known
    const mark = [id, ask].find((value) => typeof value === 'string' && value !== '');
    if (typeof mark === 'string') return lineWith(mark) || start;
    return key === undefined ? start : lineWith(`${String(key)}:`) || start;
  };
  return {
    file,
    data,
    lineOf,
    problem: (at, message, severity = 'error') => ({ file, line: lineOf(at), message, severity }),
  };
}
