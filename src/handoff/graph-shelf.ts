import type { BaseCheckpointSaver } from '@langchain/langgraph';
import { type CompiledGraph, compileGraph, versionOf } from './compile-graph.ts';
import type { FileProblem } from './file-problem.ts';
import type { Graph } from './graph-file.ts';
import { loadProject, type Project } from './load-project.ts';
import type { Machine, Seat, SeatedGraph } from './seat.ts';

/** A graph that is ready to run. */
export interface LoadedGraph extends SeatedGraph {
  name: string;
  /** The hash of the graph and its agents. */
  version: string;
  compiled: CompiledGraph;
}

/** The graphs of a project, by name. */
export interface GraphShelf {
  list(): LoadedGraph[];
  get(name: string): LoadedGraph | undefined;
  /** What is wrong with the files; graphs with errors are not on the shelf. */
  problems: FileProblem[];
}

/** Loads a project's files and compiles its graphs. */
export async function openGraphShelf(
  projectDir: string,
  machine: Machine,
  checkpointer: BaseCheckpointSaver,
): Promise<GraphShelf> {
  const project = await loadProject(projectDir);
  const graphs = new Map(
    [...project.graphs.values()].map((graph) => {
      const seated = seatGraph(project, graph);
      const compiled = compileGraph(machine, seated, checkpointer);
      return [graph.name, { ...seated, name: graph.name, version: versionOf(seated), compiled }];
    }),
  );
  return { list: () => [...graphs.values()], get: (name) => graphs.get(name), problems: project.problems };
}

/** Puts every name of a checked graph together with what it means. */
function seatGraph(project: Project, graph: Graph): SeatedGraph {
  const seats = graph.agents.map((name): [string, Seat] => {
    const agent = must(project.agents.get(name), name);
    const tools = agent.tools.map((tool) => must(project.tools.get(tool), tool).tool);
    return [name, { agent, tools, edges: graph.edges.filter(({ from }) => from === name) }];
  });
  return { graph, seats: new Map(seats) };
}

function must<Thing>(thing: Thing | undefined, name: string): Thing {
  if (thing === undefined) throw new Error(`${name} passed the check and is not there.`);
  return thing;
}
