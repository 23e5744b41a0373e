import type { Comparison } from '../comparison.ts';
import type { SuiteRun } from '../suite-run.ts';

const graphFile = /(?:^|\/)graphs\/([^/]+)\.ya?ml$/i;

/**
 * The graphs of which a run tells, by name: its own, those whose files it was made of, since they are those that its cases ask, and those that what
 * it was compared with had.
 */
export function graphsOf({ graph, files }: SuiteRun, comparison?: Comparison): string[] {
  const named = [...Object.keys(files), ...(comparison?.files ?? []).map(({ file }) => file)];
  return [...new Set([graph, ...named.flatMap((file) => graphFile.exec(file)?.[1] ?? [])])].sort();
}
