import type { LoadedGraph } from './load-graph.ts';

/** Loads what the first call of these graphs' tools needs and a start does without, so that no turn waits for it. */
export async function loadForTools(graphs: readonly LoadedGraph[]): Promise<void> {
  const tools = graphs.flatMap(({ seats }) => [...seats.values()].flatMap((seat) => seat.tools));
  if (!tools.some(({ sqlPolicy }) => sqlPolicy)) return;
  await import('../sql/check-sql.ts');
  await (await import('../sql/load-parser.ts')).loadParser();
}
