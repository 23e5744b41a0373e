import { type FileProblem, unknownName } from '../yaml/file-problem.ts';
import type { Agent } from './agent-file.ts';
import type { Guard } from './define-guard.ts';
import type { Graph } from './graph-file.ts';
import type { ShelvedTool } from './load-tools.ts';
import { transferTarget } from './transfer-tool.ts';

export interface Known {
  agents: Map<string, Agent>;
  /** Agents whose file is there and has mistakes of its own. */
  unread: Set<string>;
  tools: Map<string, ShelvedTool>;
  guards: Map<string, Guard>;
}

/** Names that the compiled graph and its drawing use for themselves. */
const reserved = ['tools', 'user', '__start__', '__end__'];

/** Every mistake that shows only when a graph, its agents and the tools are seen together. */
export function checkGraph(graph: Graph, known: Known): FileProblem[] {
  return [
    ...checkAgents(graph, known),
    ...checkEdges(graph),
    ...checkReach(graph),
    ...checkNames(graph, known),
    ...graph.agents.flatMap((name) => checkAgentTools(known.agents.get(name), known)),
  ];
}

function checkAgents(graph: Graph, { agents, unread }: Known): FileProblem[] {
  return graph.agents.flatMap((name, at) => {
    const place = ['agents', at];
    if (reserved.includes(name))
      return [graph.source.problem(place, `"${name}" is a name of the machine's own: rename the agent.`)];
    if (graph.agents.indexOf(name) !== at)
      return [graph.source.problem(place, `"${name}" stands here twice.`)];
    if (unread.has(name))
      return [graph.source.problem(place, `The file of "${name}" has mistakes: see agents/${name}.md.`)];
    if (agents.has(name)) return [];
    return [graph.source.problem(place, unknownName('agent file', name, [...agents.keys()]))];
  });
}

function checkEdges({ edges, agents, source }: Graph): FileProblem[] {
  const unknown = (name: string) => unknownName('agent in this graph', name, agents);
  const froms = [...new Set(edges.map(({ from }) => from))].filter((from) => !agents.includes(from));
  return [
    ...froms.map((from) => source.problem(['handoffs', from], unknown(from))),
    ...edges.flatMap(({ from, to }) => {
      if (!agents.includes(to)) return [source.problem(['handoffs', from, to], unknown(to))];
      if (from === to)
        return [source.problem(['handoffs', from, to], `"${from}" cannot hand over to itself.`)];
      return [];
    }),
  ];
}

/** Agents that nobody hands over to, and returns that go round in a circle without anyone answering. */
function checkReach({ start, agents, edges, limits, source }: Graph): FileProblem[] {
  const reached = new Set([start, ...(limits.onLimit ? [limits.onLimit] : [])]);
  for (const agent of reached) for (const { from, to } of edges) if (from === agent) reached.add(to);
  const unreached = agents.filter((agent) => agents.includes(start) && !reached.has(agent));
  return [
    ...unreached.map((agent) =>
      source.problem(
        ['agents', agents.indexOf(agent)],
        `Nobody hands over to "${agent}": no path of handoffs leads there from "${start}".`,
        'warning',
      ),
    ),
    ...edges
      .filter(
        ({ from, to, return: back }) =>
          back === 'start' && from === start && !edges.some((edge) => edge.from === start && edge.to !== to),
      )
      .map(({ from, to }) =>
        source.problem(
          ['handoffs', from, to, 'return'],
          `"${to}" always returns to "${start}", whose only handoff is to "${to}".`,
          'warning',
        ),
      ),
  ];
}

function checkNames(
  { start, limits, approve, guards, agents, source }: Graph,
  { tools, guards: shelf }: Known,
): FileProblem[] {
  const problems: FileProblem[] = [];
  const inGraph = (name: string) => unknownName('agent in this graph', name, agents);
  if (!agents.includes(start)) problems.push(source.problem(['start'], inGraph(start)));
  if (limits.onLimit && !agents.includes(limits.onLimit))
    problems.push(source.problem(['limits', 'onLimit'], inGraph(limits.onLimit)));
  for (const [at, tool] of approve.entries()) {
    if (!tools.has(tool))
      problems.push(source.problem(['approve', at], unknownName('tool', tool, [...tools.keys()])));
  }
  for (const [at, guard] of guards.entries()) {
    if (!shelf.has(guard))
      problems.push(source.problem(['guards', at], unknownName('guard', guard, [...shelf.keys()])));
  }
  return problems;
}

function checkAgentTools(agent: Agent | undefined, { tools }: Known): FileProblem[] {
  if (!agent) return [];
  const names = [...tools.keys()];
  const unknown = agent.tools.flatMap((tool, at) =>
    tools.has(tool) ? [] : [agent.source.problem(['tools', at], unknownName('tool', tool, names))],
  );
  return [...unknown, ...agent.examples.flatMap((_, at) => checkExample(agent, at))];
}

/** An example that calls what its agent does not have would teach a model to fail. */
function checkExample({ examples, tools, source }: Agent, at: number): FileProblem[] {
  const calls = examples[at]?.calls ?? [];
  return calls.flatMap((call, index) =>
    Object.keys(call)
      .filter((tool) => !tools.includes(tool) && transferTarget(tool) === undefined)
      .map((tool) =>
        source.problem(
          ['examples', at, 'calls', index, tool],
          unknownName('tool of this agent', tool, tools),
        ),
      ),
  );
}

/** Tools that no agent of any graph uses. */
export function checkUnused(graphs: Iterable<Graph>, { agents, tools }: Known): FileProblem[] {
  const inUse = new Set(
    [...graphs].flatMap((graph) => graph.agents).flatMap((name) => agents.get(name)?.tools ?? []),
  );
  return [...tools.values()]
    .filter(({ tool }) => !inUse.has(tool.name))
    .map(({ tool, file }) => ({
      file,
      line: 1,
      message: `No agent of any graph uses the tool "${tool.name}".`,
      severity: 'warning',
    }));
}
