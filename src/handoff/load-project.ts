import type { FileProblem } from '../yaml/file-problem.ts';
import { type Agent, readAgent } from './agent-file.ts';
import { checkExamples } from './check-examples.ts';
import { checkGraph, checkUnused, type Known } from './check-graph.ts';
import { checkWaysOut } from './check-ways-out.ts';
import type { Guard } from './define-guard.ts';
import { type Graph, readGraph } from './graph-file.ts';
import { loadGuards } from './load-guards.ts';
import { loadTools, type ShelvedTool } from './load-tools.ts';
import { readShelf } from './read-shelf.ts';

/** The shelves, read and checked. `graphs` holds those without errors; `problems` all mistakes found. */
export interface Project {
  agents: Map<string, Agent>;
  graphs: Map<string, Graph>;
  tools: Map<string, ShelvedTool>;
  guards: Map<string, Guard>;
  /** Names of graphs whose file is there and which cannot be used, for what it says or for what they need. */
  broken: Set<string>;
  problems: FileProblem[];
}

/**
 * Reads `agents/*.md`, `graphs/*.yaml`, `tools/*.ts` and `guards/*.ts` of a project's folder. Never throws for what
 * they say.
 */
export async function loadProject(projectDir: string): Promise<Project> {
  const [agents, graphs, code, checks] = await Promise.all([
    readShelf(projectDir, agentShelf),
    readShelf(projectDir, graphShelf),
    loadTools(projectDir),
    loadGuards(projectDir),
  ]);
  const { tools } = code;
  const { guards } = checks;
  const known: Known = { agents: agents.read, tools, guards, unread: agents.unread };
  const read = [...graphs.read.values()];
  const found = new Map(
    read.map((graph) => [graph, [...checkGraph(graph, known), ...checkWaysOut(graph, known)]]),
  );
  const good = read.filter((graph) => !found.get(graph)?.some(({ severity }) => severity === 'error'));
  const allRead = agents.unread.size + graphs.unread.size === 0; // who uses what is known
  const problems = [
    ...agents.problems,
    ...graphs.problems,
    ...code.problems,
    ...checks.problems,
    ...[...found.values()].flat(),
    ...(allRead ? [...checkUnused(read, known), ...checkUnplaced(read, known)] : []),
    ...checkExamples(read, known),
  ];
  const none =
    read.length + graphs.unread.size === 0 && problems.every(({ severity }) => severity === 'warning');
  return {
    agents: agents.read,
    graphs: new Map(good.map((graph) => [graph.name, graph])),
    tools,
    guards,
    broken: new Set([
      ...graphs.unread,
      ...read.filter((graph) => !good.includes(graph)).map(({ name }) => name),
    ]),
    problems: distinct(none ? [...problems, noGraphs] : problems),
  };
}

const agentShelf = {
  folder: 'agents',
  kind: 'an agent',
  ending: /\.md$/,
  likely: { use: '.md', not: /^[^.].*\.(markdown|mdx?|txt)$/i },
  read: readAgent,
};

const graphShelf = {
  folder: 'graphs',
  kind: 'a graph',
  ending: /\.ya?ml$/,
  likely: { use: '.yaml', not: /^[^.].*\.(ya?ml|json)$/i },
  read: readGraph,
};

const noGraphs: FileProblem = {
  file: 'graphs',
  line: 1,
  message: 'There is no graph: the folder graphs/ has no .yaml file.',
  severity: 'error',
};

/** Agents that no graph names. */
function checkUnplaced(graphs: Graph[], { agents }: Known): FileProblem[] {
  const placed = new Set(graphs.flatMap((graph) => graph.agents));
  return [...agents.values()]
    .filter(({ name }) => !placed.has(name))
    .map(({ name, source }) => ({
      file: source.file,
      line: 1,
      message: `No graph has the agent "${name}".`,
      severity: 'warning',
    }));
}

/** Two graphs that share an agent find the same mistake in its file. */
function distinct(problems: FileProblem[]): FileProblem[] {
  const byText = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return [...byText.values()].sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
}
