import { CallerError } from '../../errors.ts';
import type { GraphShelf } from '../../handoff/graph-shelf.ts';
import type { LoadedGraph } from '../../handoff/load-graph.ts';
import { unknownName } from '../../yaml/file-problem.ts';
import { assistantIdOf } from './assistant.ts';

/** The graph of a name. Throws a `CallerError` that says which there are when there is none. */
export function findGraph(graphs: GraphShelf, name: string): LoadedGraph {
  const found = graphs.get(name);
  if (found) return found;
  throw new CallerError('not-found', unknownName('graph', name, graphNames(graphs)));
}

/** The graph of a name, or the one that has an assistant of its own of this id. */
export function lookUpGraph(graphs: GraphShelf, assistant: string): LoadedGraph | undefined {
  return graphs.get(assistant) ?? graphs.list().find(({ name }) => assistantIdOf(name) === assistant);
}

export function graphNames(graphs: GraphShelf): string[] {
  return graphs.list().map(({ name }) => name);
}
