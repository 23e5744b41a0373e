import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Agent, readAgent } from './agent-file.ts';
import { checkGraph, checkUnused } from './check-graph.ts';
import type { FileProblem } from './file-problem.ts';
import { type Graph, readGraph } from './graph-file.ts';
import { loadTools, type ShelvedTool } from './load-tools.ts';

/** The three shelves, read and checked. `graphs` holds those without errors; `problems` all mistakes found. */
export interface Project {
  agents: Map<string, Agent>;
  graphs: Map<string, Graph>;
  tools: Map<string, ShelvedTool>;
  problems: FileProblem[];
}

/** Reads `agents/*.md`, `graphs/*.yaml` and `tools/*.ts` of a project's folder. Never throws for what they say. */
export async function loadProject(projectDir: string): Promise<Project> {
  const [agents, graphs, { tools, problems: toolProblems }] = await Promise.all([
    readShelf(projectDir, 'agents', /\.md$/, readAgent),
    readShelf(projectDir, 'graphs', /\.ya?ml$/, readGraph),
    loadTools(projectDir),
  ]);
  const problems = [...agents.problems, ...graphs.problems, ...toolProblems];
  const known = { agents: agents.read, tools, unread: agents.unread };
  problems.push(...checkUnused(graphs.read.values(), known));
  for (const graph of graphs.read.values()) {
    const found = checkGraph(graph, known);
    problems.push(...found);
    if (found.some(({ severity }) => severity === 'error')) graphs.read.delete(graph.name);
  }
  if (graphs.read.size + graphs.unread.size === 0 && problems.length === 0) problems.push(noGraphs);
  return { agents: agents.read, graphs: graphs.read, tools, problems: distinct(problems) };
}

const noGraphs: FileProblem = {
  file: 'graphs',
  line: 1,
  message: 'There is no graph: the folder graphs/ has no .yaml file.',
  severity: 'error',
};

interface Shelf<Thing> {
  read: Map<string, Thing>;
  /** Names whose file is there and has mistakes. */
  unread: Set<string>;
  problems: FileProblem[];
}

type Reader<Thing> = (file: string, name: string, text: string) => Thing | FileProblem[];

async function readShelf<Thing>(
  dir: string,
  shelf: string,
  ending: RegExp,
  read: Reader<Thing>,
): Promise<Shelf<Thing>> {
  const filled: Shelf<Thing> = { read: new Map(), unread: new Set(), problems: [] };
  const entries = await readdir(path.join(dir, shelf)).catch(() => []);
  for (const entry of entries.filter((name) => ending.test(name)).sort()) {
    const file = path.join(shelf, entry);
    const name = entry.replace(ending, '');
    const thing = read(file, name, await readFile(path.join(dir, file), 'utf8'));
    if (Array.isArray(thing)) {
      filled.unread.add(name);
      filled.problems.push(...thing);
    } else filled.read.set(name, thing);
  }
  return filled;
}

/** Two graphs that share an agent find the same mistake in its file. */
function distinct(problems: FileProblem[]): FileProblem[] {
  const byText = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return [...byText.values()].sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
}
