import { CallerError } from '../../errors.ts';
import type { GraphShelf } from '../../handoff/graph-shelf.ts';
import type { LoadedGraph } from '../../handoff/load-graph.ts';
import { assistantIdOf } from './assistant.ts';

/** The graph of an assistant, by its name or by the assistant's id. Throws a `CallerError` when there is none. */
export function findGraph(graphs: GraphShelf, assistant: string): LoadedGraph {
  const found = lookUpGraph(graphs, assistant);
  if (found) return found;
  const names = graphs.list().map(({ name }) => name);
  throw new CallerError('not-found', `No assistant ${assistant}. There is: ${names.join(', ') || 'none'}.`);
}

export function lookUpGraph(graphs: GraphShelf, assistant: string): LoadedGraph | undefined {
  return graphs.get(assistant) ?? graphs.list().find(({ name }) => assistantIdOf(name) === assistant);
}
