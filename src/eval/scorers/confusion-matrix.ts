/** How often cases that one agent should have taken were taken by each: `rows` are who should, columns who did. */
export interface ConfusionMatrix {
  agents: string[];
  /** `rows[i][j]`: of the cases for `agents[i]`, those that went to `agents[j]`. */
  rows: number[][];
  /** By agent, of the cases that went to it, and of those that should have: the shares that were right; null where there are none. */
  precision: (number | null)[];
  recall: (number | null)[];
}

/** Counts routings. Agents are in the order in which they are named first. */
export function confusionMatrix(routings: readonly { expected: string; taken: string }[]): ConfusionMatrix {
  const agents = [...new Set(routings.flatMap(({ expected, taken }) => [expected, taken]))];
  const rows = agents.map((expected) =>
    agents.map((taken) => routings.filter((one) => one.expected === expected && one.taken === taken).length),
  );
  const share = (right: number, all: number) => (all === 0 ? null : right / all);
  const column = (at: number) => rows.reduce((sum, row) => sum + (row[at] ?? 0), 0);
  const diagonal = (at: number) => rows[at]?.[at] ?? 0;
  return {
    agents,
    rows,
    precision: agents.map((_, at) => share(diagonal(at), column(at))),
    recall: rows.map((row, at) =>
      share(
        diagonal(at),
        row.reduce((sum, count) => sum + count, 0),
      ),
    ),
  };
}
