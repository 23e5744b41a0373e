import type { FileProblem } from '../../yaml/file-problem.ts';
import type { YamlSource } from '../../yaml/yaml-source.ts';
import { sourceAtLine } from './source-at-line.ts';

/** Reads JSON Lines: one case a line. Lines without anything are left out. */
export function readJsonLines(file: string, text: string): (YamlSource | FileProblem)[] {
  return text
    .split(/\r?\n/)
    .flatMap((line, at) => (line.trim() === '' ? [] : [readLine(file, line, at + 1)]));
}

function readLine(file: string, text: string, line: number): YamlSource | FileProblem {
  try {
    return sourceAtLine(file, line, JSON.parse(text));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { file, line, message: `This line is not JSON: ${why}.`, severity: 'error' };
  }
}
