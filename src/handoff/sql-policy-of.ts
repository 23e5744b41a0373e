import { CallerError } from '../errors.ts';
import type { SqlPolicy } from '../sql/sql-policy.ts';
import { unknownName } from '../yaml/file-problem.ts';
import type { Project } from './load-project.ts';

/** What the SQL of a graph's agents may read. Throws a `CallerError` when there is no such graph, or none of its tools runs SQL. */
export function sqlPolicyOf({ graphs, agents, tools }: Project, name: string): SqlPolicy {
  const graph = graphs.get(name);
  if (!graph) throw new CallerError('not-found', unknownName('graph', name, [...graphs.keys()]));
  const used = graph.agents.flatMap((agent) => agents.get(agent)?.tools ?? []);
  const policy = used.map((tool) => tools.get(tool)?.tool.sqlPolicy).find((found) => found !== undefined);
  if (!policy) throw new CallerError('not-found', `No tool of the graph "${name}" runs SQL.`);
  return policy;
}
