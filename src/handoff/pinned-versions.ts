import { type GraphFiles, getGraphFiles } from '../db/graph-versions.ts';
import type { FileProblem } from '../yaml/file-problem.ts';
import { readAgent } from './agent-file.ts';
import { type Graph, readGraph } from './graph-file.ts';
import type { LoadedGraph } from './load-graph.ts';
import type { Machine, SeatedGraph } from './seat.ts';
import { type Shelves, seatGraph } from './seat-graph.ts';

/** A version of a graph cannot run any more. The message is for the caller: it says why, and what to do. */
export class VersionError extends Error {
  override name = 'VersionError';
}

/** Graphs as threads are pinned to them, read from the texts that the database keeps. */
export interface PinnedVersions {
  /** The version, with the tools and guards of now. Rejects with a `VersionError` when it cannot be had. */
  open(graph: string, version: string): Promise<LoadedGraph>;
  /** Has every version seated anew at its next use: the tools or the guards changed. */
  forget(): void;
}

/** How many versions are kept ready; the one that was used longest ago goes first. */
const mostReady = 50;

export function openPinnedVersions(
  { database }: Pick<Machine, 'database'>,
  code: () => Pick<Shelves, 'tools' | 'guards'>,
  load: (seated: SeatedGraph) => Promise<LoadedGraph>,
): PinnedVersions {
  const ready = new Map<string, Promise<LoadedGraph>>();

  async function read(graph: string, version: string): Promise<LoadedGraph> {
    const files = await getGraphFiles(database.db, graph, version);
    if (!files) throw new VersionError(`Version ${version} of the graph "${graph}" is not kept. ${goOn}`);
    return load(seatVersion(graph, version, files, code()));
  }

  return {
    open(graph, version) {
      const key = `${version} ${graph}`;
      const loaded = ready.get(key) ?? read(graph, version);
      ready.delete(key);
      ready.set(key, loaded);
      loaded.catch(() => ready.delete(key));
      const [oldest] = ready.keys();
      if (ready.size > mostReady && oldest !== undefined) ready.delete(oldest);
      return loaded;
    },
    forget: () => ready.clear(),
  };
}

const goOn =
  'To go on with the newest version, send graph_version: "newest", in config.configurable (LangGraph) or in metadata (OpenAI).';

function seatVersion(
  name: string,
  version: string,
  files: GraphFiles,
  { tools, guards }: Pick<Shelves, 'tools' | 'guards'>,
): SeatedGraph {
  const graph = mustRead<Graph>(version, readGraph(`graphs/${name}.yaml`, name, files.graph));
  const agents = new Map(
    graph.agents.map((agent) => [
      agent,
      mustRead(version, readAgent(`agents/${agent}.md`, agent, files.agents[agent] ?? '')),
    ]),
  );
  const shelves = { agents, tools, guards };
  const gone = whatIsGone(graph, shelves);
  if (gone)
    throw new VersionError(`This thread is pinned to version ${version} of "${name}", ${gone}. ${goOn}`);
  return seatGraph(graph, shelves);
}

/** What was read once may be a mistake to a newer machine. */
function mustRead<Thing>(version: string, read: Thing | FileProblem[]): Thing {
  if (!Array.isArray(read)) return read;
  const { file, line, message } = read[0] as FileProblem; // a failed read has at least one
  throw new VersionError(
    `This thread is pinned to version ${version}, which cannot be read any more (${file}:${line}: ${message}) ${goOn}`,
  );
}

function whatIsGone({ agents, guards }: Graph, shelves: Shelves): string | undefined {
  for (const agent of agents) {
    const tool = shelves.agents.get(agent)?.tools.find((name) => !shelves.tools.has(name));
    if (tool) return `whose agent "${agent}" uses the tool "${tool}", and there is no such tool any more`;
  }
  const guard = guards.find((name) => !shelves.guards.has(name));
  return guard && `which has the guard "${guard}", and there is no such guard any more`;
}
