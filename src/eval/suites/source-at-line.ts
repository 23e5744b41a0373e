import type { YamlSource } from '../../yaml/yaml-source.ts';

/** Data that stands in one line of a file, as a source: every mistake in it is at that line. */
export function sourceAtLine(file: string, line: number, data: unknown): YamlSource {
  return {
    file,
    data,
    lineOf: () => line,
    problem: (_, message, severity = 'error') => ({ file, line, message, severity }),
  };
}
