/**
 * How an expected path of agents is held against the one that was taken. `strict`: the same agents in the same order; `in-order`: the expected
 * ones come in this order, others may come between; `unordered`: the same agents as often, in any order; `subset`: nobody speaks but the expected;
 * `superset`: all of the expected speak.
 */
export const pathModes = ['strict', 'in-order', 'unordered', 'subset', 'superset'] as const;
export type PathMode = (typeof pathModes)[number];

export interface PathScore {
  matches: boolean;
  /** Hops beyond those of the shortest expected path. */
  wasted: number;
  /** How often the path came back to an agent that had spoken before. */
  loops: number;
}

/** Scores the path of a turn against the paths that are right: one of them is enough. */
export function matchPath(
  taken: readonly string[],
  expected: readonly (readonly string[])[],
  mode: PathMode,
): PathScore {
  const shortest = Math.min(...expected.map(({ length }) => length));
  return {
    matches: expected.some((path) => fits[mode](taken, path)),
    wasted: Math.max(0, taken.length - shortest),
    loops: taken.length - new Set(taken).size,
  };
}

type Fits = (taken: readonly string[], path: readonly string[]) => boolean;

const fits: Record<PathMode, Fits> = {
  strict: (taken, path) => taken.length === path.length && taken.every((agent, at) => agent === path[at]),
  'in-order': isSubsequence,
  unordered: (taken, path) => fits.strict(taken.toSorted(), path.toSorted()),
  subset: (taken, path) => taken.every((agent) => path.includes(agent)),
  superset: (taken, path) => path.every((agent) => taken.includes(agent)),
};

function isSubsequence(taken: readonly string[], path: readonly string[]): boolean {
  let at = 0;
  for (const agent of taken) if (agent === path[at]) at += 1;
  return at === path.length;
}
