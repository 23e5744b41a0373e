import { v5 as uuidv5 } from 'uuid';

/** The namespace from which LangGraph servers name the assistants of graphs. */
const namespace = '6ba7b821-9dad-11d1-80b4-00c04fd430c8';

/** Ids that are kept, at most: names of graphs come from clients as well. */
const most = 1_000;
const known = new Map<string, string>();

/** The id of a graph's one assistant: the same as on every LangGraph server. */
export function assistantIdOf(graph: string): string {
  const id = known.get(graph) ?? uuidv5(graph, namespace);
  if (known.size >= most) known.clear();
  known.set(graph, id);
  return id;
}
