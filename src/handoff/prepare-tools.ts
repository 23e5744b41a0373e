import type { PrepareContext } from './define-tool.ts';
import type { GraphShelf } from './graph-shelf.ts';

/** Makes ready every tool that a graph on the shelf uses, one after the other. */
export async function prepareTools(graphs: GraphShelf, context: PrepareContext): Promise<void> {
  const seats = graphs.list().flatMap((graph) => [...graph.seats.values()]);
  const tools = new Set(seats.flatMap((seat) => seat.tools));
  for (const tool of tools) await tool.prepare?.(context);
}
