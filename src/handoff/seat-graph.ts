import type { Agent } from './agent-file.ts';
import type { Guard } from './define-guard.ts';
import type { Graph } from './graph-file.ts';
import type { ShelvedTool } from './load-tools.ts';
import type { Seat, SeatedGraph } from './seat.ts';

/** What the names of a graph may mean. */
export interface Shelves {
  agents: Map<string, Agent>;
  tools: Map<string, ShelvedTool>;
  guards: Map<string, Guard>;
}

/** Puts every name of a checked graph together with what it means. */
export function seatGraph(graph: Graph, { agents, tools, guards }: Shelves): SeatedGraph {
  const seats = graph.agents.map((name): [string, Seat] => {
    const agent = must(agents.get(name), name);
    const own = agent.tools.map((tool) => must(tools.get(tool), tool).tool);
    return [name, { agent, tools: own, edges: graph.edges.filter(({ from }) => from === name) }];
  });
  return { graph, seats: new Map(seats), guards: graph.guards.map((name) => must(guards.get(name), name)) };
}

function must<Thing>(thing: Thing | undefined, name: string): Thing {
  if (thing === undefined) throw new Error(`${name} passed the check and is not there.`);
  return thing;
}
