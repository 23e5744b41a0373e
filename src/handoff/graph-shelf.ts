import type { BaseCheckpointSaver } from '@langchain/langgraph';
import type { FileProblem } from '../yaml/file-problem.ts';
import type { Tool } from './define-tool.ts';
import { followChanges } from './follow-changes.ts';
import { keepLastGood } from './keep-last-good.ts';
import { graphLoader, isSameGraph, type LoadedGraph } from './load-graph.ts';
import { loadProject, type Project } from './load-project.ts';
import { openPinnedVersions, VersionError } from './pinned-versions.ts';
import { reportProblems } from './report-problems.ts';
import type { Machine, SeatedGraph } from './seat.ts';
import { seatGraph } from './seat-graph.ts';

/** The graphs of a project, by name. */
export interface GraphShelf {
  /** The newest version of each, by name. */
  list(): LoadedGraph[];
  get(name: string): LoadedGraph | undefined;
  /** A version that the database keeps, or the newest. Rejects with a `VersionError` when it cannot be had. */
  open(name: string, version: string | null): Promise<LoadedGraph>;
  /** What is wrong with the files. A graph with errors is not on the shelf, or stays as it was before them. */
  readonly problems: FileProblem[];
  /** Follows no more changes. */
  close(): Promise<void>;
}

export interface ShelfOptions {
  /** Makes tools ready before a graph first uses them. */
  prepare?: (tools: Tool[]) => Promise<void>;
  /** Whether to follow changes of the files. */
  watch?: boolean;
}

/**
 * Loads a project's files and compiles its graphs. When they are watched, a changed file takes effect with the
 * next turn; a turn that runs goes on with what it began with, and a file with mistakes leaves the graphs that
 * need it as they are.
 */
export async function openGraphShelf(
  projectDir: string,
  machine: Machine,
  checkpointer: BaseCheckpointSaver,
  { prepare = async () => undefined, watch = false }: ShelfOptions = {},
): Promise<GraphShelf> {
  const { log } = machine;
  const loadGraph = graphLoader(machine, checkpointer, prepare);
  const graphs = new Map<string, LoadedGraph>();
  let project: Project | undefined;
  const versions = openPinnedVersions(machine, () => project ?? noCode, loadGraph);

  async function load(): Promise<void> {
    const before = project;
    const read = keepLastGood(await loadProject(projectDir), before);
    reportProblems(log, { before: before?.problems ?? [], now: read.problems });
    project = read;
    versions.forget();
    for (const name of graphs.keys()) if (!read.graphs.has(name) && !read.broken.has(name)) remove(name);
    for (const graph of read.graphs.values()) {
      await replace(seatGraph(graph, read)).catch((error: unknown) => {
        if (!before) throw error;
        log.error({ err: error, graph: graph.name }, 'the changed graph cannot be used and stays as it was');
      });
    }
  }

  /** Puts the newest version on the shelf, ready to run, unless it is there already. */
  async function replace(seated: SeatedGraph): Promise<void> {
    const { name } = seated.graph;
    const before = graphs.get(name);
    if (before && isSameGraph(before, seated)) return;
    const loaded = await loadGraph(seated);
    graphs.set(name, loaded);
    if (before) log.info({ graph: name, version: loaded.version }, 'the graph was loaded again');
  }

  function remove(name: string): void {
    graphs.delete(name);
    log.info({ graph: name }, 'the graph is gone');
  }

  const close = watch ? await followChanges(projectDir, log, load) : await load().then(() => nothingToClose);
  return {
    list: () => [...graphs.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    get: (name) => graphs.get(name),
    async open(name, version) {
      const newest = graphs.get(name);
      if (newest && (version === null || version === newest.version)) return newest;
      if (version !== null) return versions.open(name, version);
      throw new VersionError(`The graph "${name}" is not there any more.`);
    },
    get problems() {
      return project?.problems ?? [];
    },
    close,
  };
}

const noCode = { tools: new Map(), guards: new Map() };
const nothingToClose = async () => undefined;
