import type { GraphShelf } from '../../handoff/graph-shelf.ts';
import type { LoadedGraph } from '../../handoff/load-graph.ts';
import { tenantKey } from '../../tenancy.ts';
import { assistantIdOf } from './assistant.ts';
import type { FoundAssistant } from './find-assistant.ts';

/**
 * The assistant that a graph has of its own, by the graph's name or its id, as the files say it and without a look into the
 * database: whoever goes by it has to make sure that nobody changed it. Undefined for every other, and for one that is known to be
 * changed.
 */
export function graphsOwn(graphs: GraphShelf, asked: string): Omit<FoundAssistant, 'version'> | undefined {
  const id = asked.toLowerCase();
  const graph = graphs.get(asked) ?? graphs.list().find((one) => idOf(one) === id);
  if (!graph || changed.has(tenantKey(idOf(graph)))) return undefined;
  return { assistantId: idOf(graph), graph, config: {}, context: {}, metadata: {} };
}

/** Remembers that the database says something else about this assistant. It is looked up from now on, whatever becomes of that. */
export function noteChanged(assistantId: string): void {
  changed.add(tenantKey(assistantId));
  const [oldest] = changed.size > most ? changed : [];
  if (oldest !== undefined) changed.delete(oldest);
}

/** By `tenantKey`; one that is forgotten is found out once more. */
const changed = new Set<string>();
const most = 10_000;

const ids = new WeakMap<LoadedGraph, string>();

function idOf(graph: LoadedGraph): string {
  const id = ids.get(graph) ?? assistantIdOf(graph.name);
  ids.set(graph, id);
  return id;
}
