import type { FileChange, HopChange } from '../comparison.ts';
import type { Transcript } from '../transcript.ts';

/**
 * The edited files that a change of a case may come from, the likeliest first: that of the agent whose hop changed, those of the agents that
 * spoke, the graph's, and the others.
 */
export function suspectsOf(
  files: readonly FileChange[],
  hop: HopChange | undefined,
  { turns }: Transcript,
): string[] {
  const spoke = new Set(turns.flatMap(({ path }) => path));
  const guilt = (file: string): number => {
    const agent = /(?:^|\/)agents\/([^/]+)\.md$/.exec(file)?.[1];
    if (agent !== undefined && agent === hop?.from) return 0;
    if (agent !== undefined && spoke.has(agent)) return hop ? 2 : 1;
    return /(?:^|\/)graphs\//.test(file) ? (hop ? 1 : 2) : 3;
  };
  return files
    .map(({ file }) => file)
    .toSorted((one, other) => guilt(one) - guilt(other) || (one < other ? -1 : 1));
}
