import type { BaseCheckpointSaver } from '@langchain/langgraph';
import { type CompiledGraph, compileGraph, versionOf } from './compile-graph.ts';
import type { Tool } from './define-tool.ts';
import type { Machine, SeatedGraph } from './seat.ts';

/** A graph that is ready to run. It stays as it is: a changed file makes another one. */
export interface LoadedGraph extends SeatedGraph {
  name: string;
  /** The hash of the graph and its agents. */
  version: string;
  compiled: CompiledGraph;
}

/** How a graph is made ready to run: `prepare` gets each tool once, before a graph first uses it. */
export function graphLoader(
  machine: Machine,
  checkpointer: BaseCheckpointSaver,
  prepare: (tools: Tool[]) => Promise<void>,
): (seated: SeatedGraph) => Promise<LoadedGraph> {
  const prepared = new WeakSet<Tool>();
  return async (seated) => {
    const fresh = [...new Set(toolsOf(seated))].filter((tool) => !prepared.has(tool));
    await prepare(fresh);
    for (const tool of fresh) prepared.add(tool);
    const compiled = compileGraph(machine, seated, checkpointer);
    return { ...seated, name: seated.graph.name, version: versionOf(seated), compiled };
  };
}

/** Whether a graph that was read again is one that was loaded before, its code included. */
export function isSameGraph(loaded: LoadedGraph, seated: SeatedGraph): boolean {
  const before = [...loaded.guards, ...toolsOf(loaded)];
  const now = [...seated.guards, ...toolsOf(seated)];
  const sameCode = before.length === now.length && before.every((thing, at) => thing === now[at]);
  return sameCode && versionOf(seated) === loaded.version;
}

function toolsOf({ seats }: SeatedGraph): Tool[] {
  return [...seats.values()].flatMap(({ tools }) => tools);
}
